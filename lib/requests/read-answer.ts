import { createPublicKey, hash, verify, type KeyObject } from 'node:crypto';

import type { ApprovedContent } from '../wire/order';
import type { CertificateInfo } from '../x509/certificate';
import { contentOf, oidText, readDer, readDerParts, sameBytes, TAG, toHex, type DerNode } from '../x509/der';
import { ipText } from '../x509/ip-address';
import { formatName, type ReadAttribute } from '../x509/name';
import { SIGNATURE_DETAILS } from '../x509/signature-algorithm';

/** What the portal stores of a certificate that the signer returned. */
export type Answer = {
  der: Uint8Array<ArrayBuffer>;
  subject: string;
  notBefore: Date;
  notAfter: Date;
  fingerprintSha256: string;
};

const COMMON_NAME = '2.5.4.3';
/** 2.5.29.17 as it stands in an extension. */
const SUBJECT_ALT_NAME = Uint8Array.of(TAG.oid, 3, 0x55, 0x1d, 0x11);
/** GeneralName choices, RFC 5280 section 4.2.1.6. */
const RFC822_NAME = 0x81;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;

const caKeys = new WeakMap<CertificateInfo, KeyObject>();

/**
 * Holds the signer's answer against what was ordered: the CA's signature, and key, common name,
 * alternative names and serial. The signer has linted it with two libraries; this is the caller's own
 * look, so it opens no more of the DER than it compares and costs a fraction of a millisecond.
 *
 * @throws {RangeError} naming what differs
 */
export function readAnswer(input: {
  der: Uint8Array;
  serial: string;
  content: ApprovedContent;
  spkiSha256: string;
  ca: CertificateInfo;
}): Answer {
  const { content, ca } = input;
  const der = Uint8Array.from(input.der);
  const [tbs, algorithm, signature] = readDerParts(der);
  const all = tbs === undefined ? [] : readDerParts(tbs);
  const [serial, , issuer, validity, subject, spki] = all[0]?.[0] === VERSION ? all.slice(1) : all;
  if (!tbs || !algorithm || !signature || !serial || !issuer || !validity || !subject || !spki) {
    throw new RangeError('a field is missing');
  }

  expect('serial', toHex(contentOf(serial)).replace(/^00(?=.)/, ''), input.serial);
  expect('key', hash('sha256', spki, 'hex'), input.spkiSha256);
  const name = attributesOf(readDer(subject));
  expect('common name', name.flat().findLast((one) => one.oid === COMMON_NAME)?.value, content.commonName);
  const wanted = [
    ...content.san.emails.map((email) => `email ${email}`),
    ...content.san.dnsNames.map((host) => `dns ${host}`),
    ...content.san.ipAddresses.map((address) => `ip ${address}`),
  ];
  const found = alternativeNames(all.find(([tag]) => tag === EXTENSIONS));
  expect('alternative names', found.sort().join(', '), wanted.sort().join(', '));
  if (!sameBytes(issuer, ca.subjectDer)) throw new RangeError('issuer is not our signing CA');
  if (!isSigned(tbs, readDer(algorithm), readDer(signature), caKey(ca))) {
    throw new RangeError('the signature is not of our signing CA');
  }
  const [notBefore, notAfter] = readDer(validity).children;
  return {
    der,
    subject: formatName(name),
    notBefore: instantOf(notBefore),
    notAfter: instantOf(notAfter),
    fingerprintSha256: hash('sha256', der, 'hex'),
  };
}

function expect(what: string, found: string | undefined, wanted: string): void {
  if (found !== wanted) throw new RangeError(`${what} is ${found ?? 'missing'}, ordered was ${wanted}`);
}

function caKey(ca: CertificateInfo): KeyObject {
  const known = caKeys.get(ca) ?? createPublicKey({ key: Buffer.from(ca.spki), format: 'der', type: 'spki' });
  caKeys.set(ca, known);
  return known;
}

/** Over the bytes as they came; node:crypto's X509Certificate would cost three times as much. */
function isSigned(tbs: Uint8Array, algorithm: DerNode, signature: DerNode, key: KeyObject): boolean {
  const oid = oidText(algorithm.children[0]?.content ?? new Uint8Array());
  const detail = Object.values(SIGNATURE_DETAILS).find((one) => one.oid === oid);
  // The first octet of a BIT STRING counts unused bits: none here.
  if (detail === undefined || signature.content[0] !== 0) return false;
  return verify(detail.digest, tbs, key, signature.content.subarray(1));
}

function text(node: DerNode | undefined): string {
  return Buffer.from(node?.content ?? []).toString('utf8');
}

function attributesOf(name: DerNode): ReadAttribute[][] {
  return name.children.map((rdn) =>
    rdn.children.map((pair) => ({
      oid: oidText(pair.children[0]?.content ?? new Uint8Array()),
      value: text(pair.children[1]),
    })),
  );
}

function alternativeNames(extensions: Uint8Array | undefined): string[] {
  const list = extensions === undefined ? [] : readDerParts(contentOf(extensions));
  const one = list.find((each) => startsWith(contentOf(each), SUBJECT_ALT_NAME));
  const value = one === undefined ? undefined : readDer(one).children.at(-1);
  if (value === undefined) return [];
  return readDer(value.content).children.map((name) => {
    switch (name.tag) {
      case RFC822_NAME:
        return `email ${text(name)}`;
      case DNS_NAME:
        return `dns ${text(name)}`;
      case IP_ADDRESS:
        return `ip ${ipText(name.content)}`;
      default:
        return `other ${toHex(name.bytes)}`;
    }
  });
}

const startsWith = (bytes: Uint8Array, head: Uint8Array): boolean =>
  sameBytes(bytes.subarray(0, head.length), head);

/** UTCTime to 2049, GeneralizedTime from 2050 (RFC 5280 section 4.1.2.5). */
function instantOf(node: DerNode | undefined): Date {
  const digits = text(node);
  const century = node?.tag === TAG.utcTime ? (Number(digits.slice(0, 2)) < 50 ? '20' : '19') : '';
  const [, y, m, d, h, min, s] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(century + digits) ?? [];
  const instant = new Date(`${y}-${m}-${d}T${h}:${min}:${s}Z`);
  if (Number.isNaN(instant.getTime())) throw new RangeError('validity is not readable');
  return instant;
}
