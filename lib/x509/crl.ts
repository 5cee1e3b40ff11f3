import 'reflect-metadata';

import { X509Certificate, verify } from 'node:crypto';

import { AsnParser } from '@peculiar/asn1-schema';
import {
  AuthorityKeyIdentifier,
  CRLNumber,
  CRLReason as Asn1Reason,
  RevokedCertificate,
  TBSCertList,
} from '@peculiar/asn1-x509';

import type { CertificateInfo } from './certificate';
import { readCrlEntry } from './crl-entries';
import { splitCrlTbs } from './crl-parts';
import { CRL_REASONS, type CrlEntry, type CrlPlan, type CrlReason } from './crl-plan';
import { contentOf, derValue, fromHex, oidText, readDer, readDerParts, sameBytes, TAG, toHex } from './der';
import {
  binary,
  contextConstructed,
  contextPrimitive,
  type ForgeNode,
  hexInteger,
  octetString,
  oid,
  sequence,
  smallInteger,
  time,
  toDer,
  toDerBinary,
} from './forge-asn1';
import { formatName } from './name';
import { OID } from './oids';
import { algorithmNode, digestOf, SIGNATURE_ALGORITHMS, SIGNATURE_DETAILS } from './signature-algorithm';

/**
 * Builds the bytes of a CRL that a CA will sign (TBSCertList, RFC 5280 section 5.1.2) with
 * node-forge. The result must pass lintCrlTbs() before it is signed.
 *
 * @throws {RangeError} for 16 MiB and more: some 300,000 entries
 */
export function buildCrlTbs(plan: CrlPlan): Uint8Array {
  const extension = (id: string, content: ForgeNode) => sequence(oid(id), octetString(toDerBinary(content)));
  const keyIdentifier = contextPrimitive(0, binary(fromHex(plan.issuerKeyId)));
  return derValue(
    TAG.sequence,
    toDer(smallInteger(1)), // version 2
    toDer(algorithmNode(plan.signatureAlgorithm)),
    plan.issuer,
    toDer(time(plan.thisUpdate)),
    toDer(time(plan.nextUpdate)),
    // RFC 5280 section 5.1.2.6: absent, not empty, when nothing is revoked.
    ...(plan.revoked.length === 0 ? [] : [derValue(TAG.sequence, entries(plan.revoked))]),
    toDer(
      contextConstructed(
        0,
        sequence(
          extension(OID.authorityKeyIdentifier, sequence(keyIdentifier)),
          extension(OID.crlNumber, hexInteger(evenHex(plan.crlNumber))),
        ),
      ),
    ),
  );
}

const evenHex = (value: number): string => {
  const digits = value.toString(16);
  return digits.length % 2 === 0 ? digits : `0${digits}`;
};

const ENUMERATED = 0x0a;

/**
 * The entries, one behind the other. A hundred thousand share few reasons and dates: forge makes each
 * of these once, and serials are copied in between.
 */
function entries(revoked: readonly CrlEntry[]): Uint8Array {
  const times = new Map<number, Buffer>();
  const reasons = new Map<CrlReason, Buffer>();
  const parts = revoked.map(({ serial, revokedAt, reason }) => {
    const number = positive(serial);
    const when = made(times, revokedAt.getTime(), () => toDer(time(revokedAt)));
    const why = made(reasons, reason, () => reasonDer(reason));
    return { number, when, why, length: 2 + number.length / 2 + when.length + why.length };
  });
  const all = Buffer.alloc(parts.reduce((sum, { length }) => sum + 2 + length, 0));
  let at = 0;
  for (const { number, when, why, length } of parts) {
    all[at++] = TAG.sequence;
    all[at++] = length; // 23 + 17 + 14 at most: one octet does
    all[at++] = TAG.integer;
    all[at++] = number.length / 2;
    at += all.write(number, at, 'hex');
    at += when.copy(all, at);
    at += why.copy(all, at);
  }
  return all;
}

/** The content of a positive INTEGER, as hex. */
function positive(serial: string): string {
  if (!/^(?:[0-9a-f]{2}){1,20}$/.test(serial)) throw new RangeError(`${serial} is not a serial.`);
  return serial >= '8' ? `00${serial}` : serial;
}

function made<K>(known: Map<K, Buffer>, key: K, make: () => Uint8Array): Buffer {
  let der = known.get(key);
  if (der === undefined) {
    der = Buffer.from(make());
    known.set(key, der);
  }
  return der;
}

function reasonDer(reason: CrlReason): Uint8Array {
  if (reason === 'unspecified') return new Uint8Array();
  const code = octetString(String.fromCharCode(ENUMERATED, 1, CRL_REASONS[reason]));
  return toDer(sequence(sequence(oid(OID.reasonCode), code)));
}

/** A CRL, read. */
export type CrlInfo = {
  /** RFC 4514. */
  readonly issuer: string;
  readonly issuerDer: Uint8Array;
  readonly crlNumber: number | null;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | null;
  readonly authorityKeyId: string | null;
  readonly revoked: readonly CrlEntry[];
};

/** What a CRL says beside its entries. */
export type CrlHeadInfo = Omit<CrlInfo, 'revoked'>;

/**
 * Reads a CRL. The signature is not verified: isCrlSignedBy().
 *
 * @throws {RangeError} when the bytes are no CRL; nothing else is thrown, whatever the bytes
 */
export function parseCrl(der: Uint8Array): CrlInfo {
  try {
    const { head, list } = readHead(der);
    return { ...head, revoked: list === null ? [] : readDerParts(list).map(readEntry) };
  } catch (cause) {
    throw new RangeError('This is not a CRL.', { cause });
  }
}

/**
 * The same without its entries: quick however long the list is.
 *
 * @throws {RangeError} when the bytes are no CRL
 */
export function readCrlHead(der: Uint8Array): CrlHeadInfo {
  try {
    return readHead(der).head;
  } catch (cause) {
    throw new RangeError('This is not a CRL.', { cause });
  }
}

function readHead(der: Uint8Array): { head: CrlHeadInfo; list: Uint8Array | null } {
  const [tbs, algorithm, signature, ...more] = readDerParts(der);
  if (!tbs || !algorithm || !signature || more.length > 0) throw new RangeError('It has not three parts.');
  const { head, issuerDer, list } = splitCrlTbs(tbs);
  for (const part of [head, algorithm, signature]) readDer(part);
  const parsed = AsnParser.parse(head, TBSCertList);
  const extension = (id: string) => parsed.crlExtensions?.find((one) => one.extnID === id)?.extnValue.buffer;
  const number = extension(OID.crlNumber);
  const authority = extension(OID.authorityKeyIdentifier);
  const authorityKeyId =
    authority === undefined
      ? undefined
      : AsnParser.parse(authority, AuthorityKeyIdentifier).keyIdentifier?.buffer;
  return {
    head: {
      issuer: formatName(issuerDer),
      issuerDer: Uint8Array.from(issuerDer),
      // Text beyond 32 bits, says the library.
      crlNumber: number === undefined ? null : Number(AsnParser.parse(number, CRLNumber).value),
      thisUpdate: parsed.thisUpdate.getTime(),
      nextUpdate: parsed.nextUpdate?.getTime() ?? null,
      authorityKeyId: authorityKeyId === undefined ? null : toHex(new Uint8Array(authorityKeyId)),
    },
    list,
  };
}

/** An entry of ours by hand, a stranger's with whatever extensions by the library. */
function readEntry(der: Uint8Array): CrlEntry {
  const own = readCrlEntry(der, 0);
  if (own !== null && own.next === der.length) return own.entry;
  readDer(der);
  const { userCertificate, revocationDate, crlEntryExtensions } = AsnParser.parse(der, RevokedCertificate);
  return {
    serial: serialText(new Uint8Array(userCertificate)),
    revokedAt: revocationDate.getTime(),
    reason: reasonOf(crlEntryExtensions?.find((each) => each.extnID === OID.reasonCode)?.extnValue.buffer),
  };
}

const serialText = (content: Uint8Array): string =>
  toHex(content.length > 1 && content[0] === 0 ? content.subarray(1) : content);

const REASON_NAMES = new Map(
  Object.entries(CRL_REASONS).map(([name, code]): [number, CrlReason] => [code, name as CrlReason]),
);

function reasonOf(extension: ArrayBuffer | undefined): CrlReason {
  if (extension === undefined) return 'unspecified';
  const reason = REASON_NAMES.get(AsnParser.parse(extension, Asn1Reason).reason);
  if (reason === undefined) throw new RangeError('A reason is not one that we use.');
  return reason;
}

/** True when this CA issued the CRL: its name, and a signature that its key verifies. */
export function isCrlSignedBy(der: Uint8Array, issuer: CertificateInfo): boolean {
  try {
    const [tbs, algorithm, signature] = readDerParts(der);
    if (!tbs || !algorithm || !signature) return false;
    const algorithmOid = oidText(readDer(algorithm).children[0]?.content ?? new Uint8Array());
    const known = SIGNATURE_ALGORITHMS.find((name) => SIGNATURE_DETAILS[name].oid === algorithmOid);
    if (known === undefined || !sameBytes(splitCrlTbs(tbs).issuerDer, issuer.subjectDer)) return false;
    const key = new X509Certificate(issuer.der).publicKey;
    return verify(digestOf(known), tbs, key, contentOf(signature).subarray(1));
  } catch {
    return false;
  }
}
