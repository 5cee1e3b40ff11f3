import type { CertificatePlan } from './certificate-plan';
import { type DerNode, oidText, sameBytes, TAG, toHex } from './der';
import { type KeyInfo, readSpki } from './key-info';
import type { ReadTbs, TbsFields } from './lint-read';
import { type Name, NAME_ATTRIBUTES } from './name';
import { PROFILES } from './profile';
import { SIGNATURE_DETAILS } from './signature-algorithm';

/** [0] EXPLICIT INTEGER 2 (RFC 5280 section 4.1.2.1): DER has no other way to say it. */
const VERSION_3 = Uint8Array.of(0xa0, 3, TAG.integer, 1, 2);

/** Faults of a TBS's fields other than extensions (RFC 5280 sections 4.1.2.1 to 4.1.2.8). */
export function findFieldFaults(fields: TbsFields, read: ReadTbs, plan: CertificatePlan): string[] {
  const faults: string[] = [];
  const expect = (holds: boolean, otherwise: string): void => {
    if (!holds) faults.push(otherwise);
  };
  const { version, serial, algorithm, issuer, validity, subject, spki, extensions } = fields;

  const sequences = [algorithm, issuer, validity, subject, spki, ...extensions.children].every(
    (node) => node.tag === TAG.sequence,
  );
  const names = [issuer, subject].every((name) =>
    name.children.every(
      (rdn) =>
        rdn.tag === TAG.set &&
        // A type and one value, and nothing behind them.
        rdn.children.every(({ tag, children }) => tag === TAG.sequence && children.length === 2),
    ),
  );
  expect(sequences && names, 'A field is not of its type.');
  expect(sameBytes(version.bytes, VERSION_3), 'The version is not 3.');
  expect(
    extensions.tag === 0xa3 && extensions.children.length === 1,
    'The last field is not the extensions.',
  );

  checkSerial(serial, plan, expect);
  checkAlgorithm(algorithm, plan, expect);
  checkValidity(validity, read, plan, expect);

  expect(sameBytes(spki.bytes, plan.spki), 'The public key is not the one of the order.');
  checkKey(plan, expect);

  if (plan.issuer instanceof Uint8Array) {
    expect(
      sameBytes(issuer.bytes, plan.issuer),
      "The issuer is not, byte for byte, the issuing CA's subject.",
    );
  } else {
    checkName('issuer', issuer, read.issuer, plan.issuer, expect);
  }
  checkName('subject', subject, read.subject, plan.subject, expect);
  expect(
    (plan.kind === 'root') === sameBytes(issuer.bytes, subject.bytes),
    plan.kind === 'root' ? 'A root must be its own issuer.' : 'Only a root may be its own issuer.',
  );
  return faults;
}

type Expect = (holds: boolean, otherwise: string) => void;

/** RFC 5280 section 4.1.2.2: positive, at most 20 octets; ours are exactly 20. */
function checkSerial(serial: DerNode, plan: CertificatePlan, expect: Expect): void {
  expect(serial.tag === TAG.integer, 'The serial is not an INTEGER.');
  expect((serial.content[0] ?? 0x80) < 0x80, 'The serial is negative.');
  expect(
    serial.content.some((octet) => octet !== 0),
    'The serial is zero.',
  );
  expect(serial.content.length === 20, 'The serial does not have 20 octets.');
  expect(toHex(serial.content) === plan.serial, 'The serial is not the planned one.');
}

function checkAlgorithm(algorithm: DerNode, plan: CertificatePlan, expect: Expect): void {
  const detail = SIGNATURE_DETAILS[plan.signatureAlgorithm];
  const [id, parameters] = algorithm.children;
  expect(
    id?.tag === TAG.oid && oidText(id.content) === detail.oid,
    'The signature algorithm is not the planned one.',
  );
  const form =
    detail.parameters === 'null'
      ? parameters?.tag === TAG.null && algorithm.children.length === 2
      : algorithm.children.length === 1;
  expect(form, "The signature algorithm's parameters are not as RFC 4055 and RFC 5758 say.");
}

const LATIN1 = new TextDecoder('latin1');

/** RFC 5280 section 4.1.2.5: UTCTime through 2049, GeneralizedTime after, seconds, Z, no fraction. */
function checkValidity(validity: DerNode, read: ReadTbs, plan: CertificatePlan, expect: Expect): void {
  const notBefore = read.validity.notBefore.getTime();
  const notAfter = read.validity.notAfter.getTime();
  const ends = [
    ['notBefore', validity.children[0], notBefore, plan.validity.notBefore],
    ['notAfter', validity.children[1], notAfter, plan.validity.notAfter],
  ] as const;
  expect(validity.children.length === 2, 'The validity does not have two ends.');
  for (const [name, node, instant, planned] of ends) {
    expect(instant.getTime() === planned.getTime(), `${name} is not the planned instant.`);
    const early = planned.getUTCFullYear() < 2050;
    const text = LATIN1.decode(node?.content);
    const form = early ? /^\d{12}Z$/ : /^\d{14}Z$/;
    expect(
      node?.tag === (early ? TAG.utcTime : TAG.generalizedTime),
      `${name} is not in the right time type.`,
    );
    expect(form.test(text), `${name} is not written with seconds and Z.`);
  }
  expect(notBefore.getTime() < notAfter.getTime(), 'It would end before it begins.');
  const { maxDays } = PROFILES[plan.kind];
  // Both ends count (RFC 5280 section 4.1.2.5), hence the second.
  const lifeMs = plan.validity.notAfter.getTime() - plan.validity.notBefore.getTime() + 1000;
  expect(
    maxDays === undefined || lifeMs <= maxDays * 86_400_000,
    `It would live longer than ${maxDays} days.`,
  );
}

/** The cheap part of key-checks.ts, once more: the signer takes nobody's word for it. */
function checkKey(plan: CertificatePlan, expect: Expect): void {
  let key: KeyInfo;
  try {
    key = readSpki(plan.spki);
  } catch {
    return expect(false, 'The public key is of no accepted kind.');
  }
  if (key.type === 'rsa') {
    expect(key.bits >= 2048 && key.bits <= 8192, 'The RSA key has a size that is not accepted.');
    expect(
      key.exponent >= 65537n && key.exponent < 2n ** 32n && (key.exponent & 1n) === 1n,
      'The RSA exponent is weak.',
    );
  }
  const isCa = plan.kind === 'root' || plan.kind === 'signing';
  expect(!isCa || key.type !== 'ed25519', 'A CA key must be RSA or EC.');
}

const STRING_TAGS = { ia5: TAG.ia5String, printable: TAG.printableString, utf8: TAG.utf8String } as const;

/** Types, values and string types of a name, one attribute for each part (RFC 5280 section 4.1.2.4). */
function checkName(
  what: string,
  node: DerNode,
  read: { oid: string; value: string }[][],
  planned: Name,
  expect: Expect,
): void {
  expect(read.length === planned.length && planned.length > 0, `The ${what} has other parts than planned.`);
  planned.forEach((attribute, at) => {
    const { oid, encoding } = NAME_ATTRIBUTES[attribute.type];
    const parts = read[at] ?? [];
    expect(
      parts.length === 1 && parts[0]?.oid === oid && parts[0].value === attribute.value,
      `${attribute.type} of the ${what} is not the planned one.`,
    );
    const string = node.children[at]?.children[0]?.children[1];
    expect(
      string?.tag === STRING_TAGS[encoding],
      `${attribute.type} of the ${what} is not in its string type.`,
    );
  });
}
