import 'reflect-metadata';

import { AsnParser } from '@peculiar/asn1-schema';
import { AuthorityKeyIdentifier, CRLNumber, CRLReason, TBSCertList } from '@peculiar/asn1-x509';

import { CRL_REASONS, type CrlPlan } from './crl-plan';
import { type DerNode, encodeDer, oidText, readDer, sameBytes, TAG, toHex } from './der';
import { LintedTbs, LintFailure } from './lint';
import { findTagFault } from './lint-tags';
import { OID } from './oids';
import { SIGNATURE_DETAILS } from './signature-algorithm';

/**
 * Reads a CRL's TBS with the other library and holds every field against its plan and RFC 5280
 * section 5, before it is signed.
 *
 * @throws {LintFailure} with everything that is wrong
 */
export function lintCrlTbs(tbs: Uint8Array, plan: CrlPlan): LintedTbs {
  const findings = findCrlFaults(tbs, plan);
  if (findings.length > 0) throw new LintFailure(findings);
  return LintedTbs.seal(tbs);
}

/** All that is wrong with a CRL's TBS; empty when it may be signed. */
export function findCrlFaults(tbs: Uint8Array, plan: CrlPlan): string[] {
  const faults: string[] = [];
  const expect = (holds: boolean, otherwise: string): void => {
    if (!holds) faults.push(otherwise);
  };
  try {
    const tree = readDer(tbs);
    expect(sameBytes(encodeDer(tree), tbs), 'Encoding it again gives other bytes: it is not DER.');
    const parsed = AsnParser.parse(tbs, TBSCertList);
    faults.push(...findTagFault(tree));
    checkHead(tree, parsed, plan, expect);
    checkEntries(parsed, plan, expect);
    checkExtensions(parsed, plan, expect);
  } catch (thrown) {
    faults.push(`It cannot be read: ${thrown instanceof Error ? thrown.message : 'unknown reason'}`);
  }
  return faults;
}

type Expect = (holds: boolean, otherwise: string) => void;

function checkHead(tree: DerNode, parsed: TBSCertList, plan: CrlPlan, expect: Expect): void {
  const [, algorithm, issuer, thisUpdate, nextUpdate] = tree.children;
  const fields = plan.revoked.length === 0 ? 6 : 7;
  expect(tree.children.length === fields, `It does not have exactly ${fields} fields.`);
  expect(Number(parsed.version) === 1, 'The version is not 2.');
  const detail = SIGNATURE_DETAILS[plan.signatureAlgorithm];
  const [id, parameters] = algorithm?.children ?? [];
  expect(
    id !== undefined && oidText(id.content) === detail.oid,
    'The signature algorithm is not the planned one.',
  );
  expect(
    (parameters?.tag === TAG.null) === (detail.parameters === 'null'),
    'The algorithm parameters are wrong.',
  );
  expect(issuer !== undefined && sameBytes(issuer.bytes, plan.issuer), "The issuer is not the CA's subject.");
  expect(
    parsed.thisUpdate.getTime().getTime() === plan.thisUpdate.getTime(),
    'thisUpdate is not as planned.',
  );
  expect(
    parsed.nextUpdate?.getTime().getTime() === plan.nextUpdate.getTime(),
    'nextUpdate is not as planned.',
  );
  expect(plan.thisUpdate < plan.nextUpdate, 'It would end before it begins.');
  for (const [node, instant] of [
    [thisUpdate, plan.thisUpdate],
    [nextUpdate, plan.nextUpdate],
  ] as const) {
    // RFC 5280 sections 5.1.2.4 and 5.1.2.5.
    const tag = instant.getUTCFullYear() < 2050 ? TAG.utcTime : TAG.generalizedTime;
    expect(node?.tag === tag, 'A time is not in the right time type.');
  }
}

function checkEntries(parsed: TBSCertList, plan: CrlPlan, expect: Expect): void {
  const read = parsed.revokedCertificates ?? [];
  expect(read.length === plan.revoked.length, 'It does not list exactly the revoked certificates.');
  const seen = new Set<string>();
  plan.revoked.forEach((planned, at) => {
    const entry = read[at];
    if (entry === undefined) return;
    const serial = toHex(new Uint8Array(entry.userCertificate)).replace(/^00(?=[89a-f])/, '');
    expect(serial === planned.serial, `Entry ${at + 1} has another serial.`);
    expect(!seen.has(serial), `Entry ${at + 1} stands twice.`);
    seen.add(serial);
    expect(
      entry.revocationDate.getTime().getTime() === planned.revokedAt.getTime(),
      `Entry ${at + 1} has another date.`,
    );
    const extensions = entry.crlEntryExtensions ?? [];
    const reason = extensions[0];
    if (planned.reason === 'unspecified')
      return expect(extensions.length === 0, `Entry ${at + 1} has extensions.`);
    expect(
      extensions.length === 1 &&
        reason?.extnID === OID.reasonCode &&
        !reason.critical &&
        Number(AsnParser.parse(reason.extnValue.buffer, CRLReason).reason) === CRL_REASONS[planned.reason],
      `Entry ${at + 1} has another reason.`,
    );
  });
}

function checkExtensions(parsed: TBSCertList, plan: CrlPlan, expect: Expect): void {
  const [authority, number, ...more] = parsed.crlExtensions ?? [];
  expect(more.length === 0, 'It has extensions that were not planned.');
  expect(
    authority?.extnID === OID.authorityKeyIdentifier && number?.extnID === OID.crlNumber,
    'The authority key identifier and the CRL number are not its two extensions.',
  );
  if (authority === undefined || number === undefined) return;
  expect(!authority.critical && !number.critical, 'An extension must not be critical.');
  const keyId = AsnParser.parse(authority.extnValue.buffer, AuthorityKeyIdentifier).keyIdentifier?.buffer;
  expect(
    keyId !== undefined && toHex(new Uint8Array(keyId)) === plan.issuerKeyId,
    'The authority key identifier is not the one of the issuing key.',
  );
  // RFC 5280 section 5.2.3: not negative, at most 20 octets.
  expect(
    AsnParser.parse(number.extnValue.buffer, CRLNumber).value === plan.crlNumber && plan.crlNumber >= 0,
    'The CRL number is not the planned one.',
  );
}
