import 'reflect-metadata';

import { AsnParser } from '@peculiar/asn1-schema';
import { AuthorityKeyIdentifier, CRLNumber, TBSCertList } from '@peculiar/asn1-x509';

import { readCrlEntry } from './crl-entries';
import { splitCrlTbs } from './crl-parts';
import type { CrlPlan } from './crl-plan';
import {
  contentOf,
  type DerNode,
  derValue,
  encodeDer,
  oidText,
  readDer,
  readDerParts,
  sameBytes,
  TAG,
  toHex,
} from './der';
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
    const { head, list } = splitCrlTbs(tbs);
    const outer = readDerParts(tbs);
    expect(sameBytes(derValue(TAG.sequence, ...outer), tbs), 'Encoding it again gives other bytes.');
    const tree = readDer(head);
    expect(sameBytes(encodeDer(tree), head), 'Encoding it again gives other bytes: it is not DER.');
    const parsed = AsnParser.parse(head, TBSCertList);
    faults.push(...findTagFault(tree));
    expect(outer.length === tree.children.length + (list === null ? 0 : 1), 'Its parts do not add up.');
    expect(tree.children.length === 6, 'It does not have exactly six fields beside its entries.');
    expect(parsed.revokedCertificates === undefined, 'Its entries do not stand in one place.');
    checkHead(tree, parsed, plan, expect);
    checkEntries(list, plan, expect);
    checkExtensions(parsed, plan, expect);
  } catch (thrown) {
    faults.push(`It cannot be read: ${thrown instanceof Error ? thrown.message : 'unknown reason'}`);
  }
  return faults;
}

type Expect = (holds: boolean, otherwise: string) => void;

function checkHead(tree: DerNode, parsed: TBSCertList, plan: CrlPlan, expect: Expect): void {
  const [, algorithm, issuer, thisUpdate, nextUpdate] = tree.children;
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

/** Each entry in the one form that it may have, in the planned order, and nothing between or behind. */
function checkEntries(list: Uint8Array | null, plan: CrlPlan, expect: Expect): void {
  if (list === null) {
    return expect(plan.revoked.length === 0, 'It does not list exactly the revoked certificates.');
  }
  expect(plan.revoked.length > 0, 'A list without entries must be absent (RFC 5280 section 5.1.2.6).');
  const content = contentOf(list);
  const seen = new Set<string>();
  let at = 0;
  for (const [index, planned] of plan.revoked.entries()) {
    const read = readCrlEntry(content, at);
    if (read === null) return expect(false, `Entry ${index + 1} is missing or not in its form.`);
    const { serial, revokedAt, reason } = read.entry;
    if (serial !== planned.serial) expect(false, `Entry ${index + 1} has another serial.`);
    if (seen.has(serial)) expect(false, `Entry ${index + 1} stands twice.`);
    seen.add(serial);
    const sameDate = revokedAt.getTime() === planned.revokedAt.getTime();
    if (!sameDate) expect(false, `Entry ${index + 1} has another date.`);
    if (reason !== planned.reason) expect(false, `Entry ${index + 1} has another reason.`);
    at = read.next;
  }
  expect(at === content.length, 'It does not list exactly the revoked certificates.');
}

function checkExtensions(parsed: TBSCertList, plan: CrlPlan, expect: Expect): void {
  const [authority, number, ...more] = parsed.crlExtensions ?? [];
  expect(more.length === 0, 'It has extensions that were not planned.');
  expect(
    authority?.extnID === OID.authorityKeyIdentifier && number?.extnID === OID.crlNumber,
    'The authority key identifier and the CRL number are not its two extensions.',
  );
  if (authority === undefined || number === undefined) return;
  // The library takes a value by its place and looks at no tag.
  const keyIdNode = readDer(new Uint8Array(authority.extnValue.buffer));
  const numberNode = readDer(new Uint8Array(number.extnValue.buffer));
  expect(
    keyIdNode.tag === TAG.sequence && keyIdNode.children.length === 1 && keyIdNode.children[0]?.tag === 0x80,
    'The authority key identifier is not in its form.',
  );
  expect(numberNode.tag === TAG.integer, 'The CRL number is not in its form.');
  expect(!authority.critical && !number.critical, 'An extension must not be critical.');
  const keyId = AsnParser.parse(authority.extnValue.buffer, AuthorityKeyIdentifier).keyIdentifier?.buffer;
  expect(
    keyId !== undefined && toHex(new Uint8Array(keyId)) === plan.issuerKeyId,
    'The authority key identifier is not the one of the issuing key.',
  );
  // RFC 5280 section 5.2.3: not negative, at most 20 octets.
  expect(
    // The library gives text beyond 32 bits: a CA that was taken over may count by dates.
    Number(AsnParser.parse(number.extnValue.buffer, CRLNumber).value) === plan.crlNumber &&
      plan.crlNumber >= 0,
    'The CRL number is not the planned one.',
  );
}
