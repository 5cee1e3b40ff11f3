import 'reflect-metadata';

import { X509Certificate, verify } from 'node:crypto';

import { AsnParser } from '@peculiar/asn1-schema';
import {
  AuthorityKeyIdentifier,
  CertificateList,
  CRLNumber,
  CRLReason as Asn1Reason,
} from '@peculiar/asn1-x509';

import type { CertificateInfo } from './certificate';
import { CRL_REASONS, type CrlEntry, type CrlPlan, type CrlReason } from './crl-plan';
import { fromHex, oidText, readDer, sameBytes, toHex } from './der';
import {
  binary,
  contextConstructed,
  contextPrimitive,
  type ForgeNode,
  fromDer,
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
 */
export function buildCrlTbs(plan: CrlPlan): Uint8Array {
  const extension = (id: string, content: ForgeNode) => sequence(oid(id), octetString(toDerBinary(content)));
  const keyIdentifier = contextPrimitive(0, binary(fromHex(plan.issuerKeyId)));
  return toDer(
    sequence(
      smallInteger(1), // version 2
      algorithmNode(plan.signatureAlgorithm),
      fromDer(plan.issuer),
      time(plan.thisUpdate),
      time(plan.nextUpdate),
      // RFC 5280 section 5.1.2.6: absent, not empty, when nothing is revoked.
      ...(plan.revoked.length === 0 ? [] : [sequence(...plan.revoked.map(entryNode))]),
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

function entryNode({ serial, revokedAt, reason }: CrlEntry): ForgeNode {
  const fields = [hexInteger(serial), time(revokedAt)];
  if (reason === 'unspecified') return sequence(...fields);
  const code = octetString(String.fromCharCode(ENUMERATED, 1, CRL_REASONS[reason]));
  return sequence(...fields, sequence(sequence(oid(OID.reasonCode), code)));
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

/**
 * Reads a CRL. The signature is not verified: isCrlSignedBy().
 *
 * @throws {RangeError} when the bytes are no CRL; nothing else is thrown, whatever the bytes
 */
export function parseCrl(der: Uint8Array): CrlInfo {
  try {
    const tree = readDer(der);
    const { tbsCertList } = AsnParser.parse(der, CertificateList);
    const issuerDer = Uint8Array.from(tree.children[0]?.children[2]?.bytes ?? []);
    const extension = (id: string) =>
      tbsCertList.crlExtensions?.find((one) => one.extnID === id)?.extnValue.buffer;
    const number = extension(OID.crlNumber);
    const authority = extension(OID.authorityKeyIdentifier);
    const authorityKeyId =
      authority === undefined
        ? undefined
        : AsnParser.parse(authority, AuthorityKeyIdentifier).keyIdentifier?.buffer;
    return {
      issuer: formatName(issuerDer),
      issuerDer,
      crlNumber: number === undefined ? null : AsnParser.parse(number, CRLNumber).value,
      thisUpdate: tbsCertList.thisUpdate.getTime(),
      nextUpdate: tbsCertList.nextUpdate?.getTime() ?? null,
      authorityKeyId: authorityKeyId === undefined ? null : toHex(new Uint8Array(authorityKeyId)),
      revoked: (tbsCertList.revokedCertificates ?? []).map((one) => ({
        serial: serialText(new Uint8Array(one.userCertificate)),
        revokedAt: one.revocationDate.getTime(),
        reason: reasonOf(
          one.crlEntryExtensions?.find((each) => each.extnID === OID.reasonCode)?.extnValue.buffer,
        ),
      })),
    };
  } catch (cause) {
    throw new RangeError('This is not a CRL.', { cause });
  }
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
    const [tbs, algorithm, signature] = readDer(der).children;
    const issuerDer = tbs?.children[2]?.bytes;
    const algorithmOid = oidText(algorithm?.children[0]?.content ?? new Uint8Array());
    const known = SIGNATURE_ALGORITHMS.find((name) => SIGNATURE_DETAILS[name].oid === algorithmOid);
    if (!tbs || !signature || !issuerDer || known === undefined) return false;
    if (!sameBytes(issuerDer, issuer.subjectDer)) return false;
    const key = new X509Certificate(issuer.der).publicKey;
    return verify(digestOf(known), tbs.bytes, key, signature.content.subarray(1));
  } catch {
    return false;
  }
}
