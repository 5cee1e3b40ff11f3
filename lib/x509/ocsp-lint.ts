import * as asn1js from 'asn1js';

import { CRL_REASONS } from './crl-plan';
import { encodeDer, readDer, sameBytes, toHex } from './der';
import { LintedTbs, LintFailure } from './lint';
import type { OcspPlan, OcspSingle } from './ocsp-plan';
import { OID } from './oids';

/**
 * Reads a response's ResponseData with another library (asn1js; node-forge wrote it) and holds every
 * field against its plan and RFC 6960 section 4.2, before it is signed: "good" said of a revoked
 * certificate cannot be taken back before its nextUpdate.
 *
 * @throws {LintFailure} with everything that is wrong
 */
export function lintOcspTbs(tbs: Uint8Array, plan: OcspPlan): LintedTbs {
  const findings = findOcspFaults(tbs, plan);
  if (findings.length > 0) throw new LintFailure(findings);
  return LintedTbs.seal(tbs);
}

/** All that is wrong with a ResponseData; empty when it may be signed. */
export function findOcspFaults(tbs: Uint8Array, plan: OcspPlan): string[] {
  const faults: string[] = [];
  const expect: Expect = (holds, otherwise) => {
    if (!holds) faults.push(otherwise);
  };
  try {
    if (!sameBytes(encodeDer(readDer(tbs)), tbs)) {
      return ['Encoding it again gives other bytes: it is not DER.'];
    }
    const { result } = asn1js.fromBER(tbs);
    // The version is left out, being the default; extensions are there for a nonce alone.
    const [responder, producedAt, answers, extensions, ...more] = partsOf(result);
    expect(result instanceof asn1js.Sequence && more.length === 0, 'It does not have the planned fields.');
    const [keyHash, ...others] = partsOf(responder);
    expect(
      isContext(responder, 2) && others.length === 0 && hexOf(keyHash) === plan.responderKeyId,
      "The responder is not named by its key's digest.",
    );
    expect(isInstant(producedAt, plan.producedAt), 'producedAt is not as planned.');
    checkAnswers(answers, plan, expect);
    checkExtensions(extensions, plan, expect);
  } catch (thrown) {
    faults.push(`It cannot be read: ${thrown instanceof Error ? thrown.message : 'unknown reason'}`);
  }
  return faults;
}

type Expect = (holds: boolean, otherwise: string) => void;
type Block = asn1js.AsnType | undefined;

function checkAnswers(list: Block, plan: OcspPlan, expect: Expect): void {
  const read = partsOf(list);
  const { answers, producedAt } = plan;
  expect(
    list instanceof asn1js.Sequence && read.length === answers.length && read.length > 0,
    'It does not answer exactly what was asked.',
  );
  answers.forEach((planned, at) => {
    const name = `Answer ${at + 1}`;
    const [certId, status, thisUpdate, nextUpdate, ...more] = partsOf(read[at]);
    const [end, ...others] = partsOf(nextUpdate);
    expect(
      read[at] instanceof asn1js.Sequence && more.length === 0,
      `${name} has other fields than planned.`,
    );
    expect(
      certId instanceof asn1js.Sequence && sameBytes(certId.valueBeforeDecodeView, planned.certId),
      `${name} is about another certificate.`,
    );
    checkStatus(name, status, planned, expect);
    expect(isInstant(thisUpdate, planned.thisUpdate), `thisUpdate of ${name} is not as planned.`);
    expect(
      isContext(nextUpdate, 0) && others.length === 0 && isInstant(end, planned.nextUpdate),
      `nextUpdate of ${name} is not as planned.`,
    );
    expect(planned.thisUpdate < planned.nextUpdate, `${name} would end before it begins.`);
    expect(planned.thisUpdate <= producedAt, `${name} is from the future.`);
    expect(
      planned.status.kind !== 'revoked' || planned.status.at <= producedAt,
      `${name} names a revocation that is still to come.`,
    );
  });
}

function checkStatus(name: string, block: Block, { status }: OcspSingle, expect: Expect): void {
  if (status.kind !== 'revoked') {
    const tag = status.kind === 'good' ? 0 : 2; // [0] and [2] IMPLICIT NULL
    const says =
      block instanceof asn1js.Primitive &&
      isContext(block, tag) &&
      block.valueBlock.valueHexView.length === 0;
    return expect(says, `${name} does not say "${status.kind}".`);
  }
  const [at, reason, ...more] = partsOf(block);
  expect(isContext(block, 1) && more.length === 0, `${name} does not say "revoked".`);
  expect(isInstant(at, status.at), `${name} has another time of revocation.`);
  const [code, ...others] = partsOf(reason);
  const said = code instanceof asn1js.Enumerated && isContext(reason, 0) ? code.valueBlock.valueDec : null;
  expect(
    status.reason === 'unspecified'
      ? reason === undefined
      : said === CRL_REASONS[status.reason] && others.length === 0,
    `${name} has another reason.`,
  );
}

function checkExtensions(block: Block, { nonce }: OcspPlan, expect: Expect): void {
  if (nonce === null) return expect(block === undefined, 'It has extensions that were not planned.');
  const [list, ...others] = partsOf(block);
  const [extension, ...more] = partsOf(list);
  const [id, value, ...rest] = partsOf(extension); // no third field: it is not critical
  expect(
    isContext(block, 1) && [...others, ...more, ...rest].length === 0 && nonce.length > 0,
    'It has extensions that were not planned.',
  );
  const inner = value instanceof asn1js.OctetString ? asn1js.fromBER(octetsOf(value)).result : undefined;
  expect(
    [list, extension].every((one) => one instanceof asn1js.Sequence) &&
      id instanceof asn1js.ObjectIdentifier &&
      id.valueBlock.toString() === OID.ocspNonce &&
      inner instanceof asn1js.OctetString &&
      sameBytes(octetsOf(inner), nonce),
    "The nonce is not the client's, in its extension.",
  );
}

const partsOf = (block: Block): Block[] =>
  block instanceof asn1js.Constructed ? block.valueBlock.value : [];

const octetsOf = (block: asn1js.OctetString): Uint8Array => block.valueBlock.valueHexView;

const hexOf = (block: Block): string =>
  block instanceof asn1js.OctetString ? toHex(octetsOf(block)) : 'no octet string';

const isContext = (block: Block, tag: number): boolean =>
  block !== undefined && block.idBlock.tagClass === 3 && block.idBlock.tagNumber === tag;

/** GeneralizedTime with seconds and Z, no fraction (RFC 5280 section 4.1.2.5.2), of this instant. */
function isInstant(block: Block, planned: Date): boolean {
  if (!(block instanceof asn1js.GeneralizedTime)) return false;
  const text = new TextDecoder('latin1').decode(block.valueBlock.valueHexView);
  return /^\d{14}Z$/.test(text) && block.toDate().getTime() === planned.getTime();
}
