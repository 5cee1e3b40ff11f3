import { createHash, X509Certificate } from 'node:crypto';

import { AsnParser } from '@peculiar/asn1-schema';
import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate as Asn1Certificate,
  ExtendedKeyUsage,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
} from '@peculiar/asn1-x509';

import { type DerNode, readDer, sameBytes, TAG, toHex } from './der';
import { spkiSha256 } from './key-id';
import { keyLabel, readSpki } from './key-info';
import { formatName, readAttributes } from './name';
import { OID } from './oids';
import { fromPem, toPem } from './pem';

/** A certificate, read. Serial and hashes are lower-case hex without separators. */
export type CertificateInfo = {
  readonly der: Uint8Array;
  readonly pem: string;
  /** RFC 4514. */
  readonly subject: string;
  readonly issuer: string;
  /** The names' encodings: issuer of a child is copied from here. */
  readonly subjectDer: Uint8Array;
  readonly issuerDer: Uint8Array;
  /** The last of them: the most specific. */
  readonly commonName: string;
  /** All, in the order of the certificate: more than one is no name, since programs read different ones. */
  readonly commonNames: readonly string[];
  readonly organizationalUnit: string;
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly fingerprintSha256: string;
  readonly spki: Uint8Array;
  readonly spkiSha256: string;
  /** `RSA 2048`, `P-256`, `Ed25519`, or `other` for a key that is not one of ours. */
  readonly keyLabel: string;
  readonly emails: readonly string[];
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  /** OIDs; empty without the extension. */
  readonly extKeyUsage: readonly string[];
  readonly isCa: boolean;
  readonly subjectKeyId: string | null;
  readonly authorityKeyId: string | null;
};

/**
 * Reads a certificate, from DER or from the first CERTIFICATE block of a PEM text.
 *
 * @throws {RangeError} when it is no X.509 certificate; nothing else is thrown, whatever the bytes
 */
export function parseCertificate(input: Uint8Array | string): CertificateInfo {
  const der = typeof input === 'string' ? fromPem(input, 'CERTIFICATE') : input;
  try {
    return read(der);
  } catch (cause) {
    throw new RangeError('This is not an X.509 certificate.', { cause });
  }
}

function read(der: Uint8Array): CertificateInfo {
  const root = readDer(der);
  const parsed = AsnParser.parse(der, Asn1Certificate).tbsCertificate;
  const { issuerDer, subjectDer, spki, serialContent } = parts(root);
  const extensions = new Map(parsed.extensions?.map((one) => [one.extnID, one.extnValue.buffer]));
  const part = <T>(id: string, type: new () => T): T | null => {
    const value = extensions.get(id);
    return value === undefined ? null : AsnParser.parse(value, type);
  };
  const names = part(OID.subjectAltName, SubjectAlternativeName) ?? [];
  const subjectKeyId = part(OID.subjectKeyIdentifier, SubjectKeyIdentifier)?.buffer;
  const authorityKeyId = part(OID.authorityKeyIdentifier, AuthorityKeyIdentifier)?.keyIdentifier?.buffer;
  const attributes = readAttributes(parsed.subject).flat();
  const attribute = (id: string): string => attributes.findLast((one) => one.oid === id)?.value ?? '';
  const copy = Uint8Array.from(der);
  return {
    der: copy,
    pem: toPem('CERTIFICATE', copy),
    subject: formatName(readAttributes(parsed.subject)),
    issuer: formatName(readAttributes(parsed.issuer)),
    subjectDer,
    issuerDer,
    commonName: attribute(OID.commonName),
    commonNames: attributes.filter((one) => one.oid === OID.commonName).map(({ value }) => value),
    organizationalUnit: attribute(OID.organizationalUnit),
    serial: toHex(
      serialContent[0] === 0 && serialContent.length > 1 ? serialContent.subarray(1) : serialContent,
    ),
    notBefore: parsed.validity.notBefore.getTime(),
    notAfter: parsed.validity.notAfter.getTime(),
    fingerprintSha256: createHash('sha256').update(copy).digest('hex'),
    spki,
    spkiSha256: spkiSha256(spki),
    keyLabel: labelOf(spki),
    emails: [...names].flatMap((name) => name.rfc822Name ?? []),
    dnsNames: [...names].flatMap((name) => name.dNSName ?? []),
    ipAddresses: [...names].flatMap((name) => name.iPAddress ?? []),
    extKeyUsage: [...(part(OID.extKeyUsage, ExtendedKeyUsage) ?? [])],
    isCa: part(OID.basicConstraints, BasicConstraints)?.cA ?? false,
    subjectKeyId: subjectKeyId === undefined ? null : toHex(new Uint8Array(subjectKeyId)),
    authorityKeyId: authorityKeyId === undefined ? null : toHex(new Uint8Array(authorityKeyId)),
  };
}

/** Copies of the parts that are compared and re-used as bytes. */
function parts(root: DerNode): {
  serialContent: Uint8Array;
  issuerDer: Uint8Array;
  subjectDer: Uint8Array;
  spki: Uint8Array;
} {
  const tbs = root.children[0];
  const fields = tbs?.children[0]?.tag === 0xa0 ? tbs.children.slice(1) : (tbs?.children ?? []);
  const [serial, , issuer, , subject, spki] = fields;
  if (serial?.tag !== TAG.integer || issuer === undefined || subject === undefined || spki === undefined) {
    throw new RangeError('A field is missing.');
  }
  return {
    serialContent: Uint8Array.from(serial.content),
    issuerDer: Uint8Array.from(issuer.bytes),
    subjectDer: Uint8Array.from(subject.bytes),
    spki: Uint8Array.from(spki.bytes),
  };
}

function labelOf(spki: Uint8Array): string {
  try {
    return keyLabel(readSpki(spki));
  } catch {
    return 'other';
  }
}

/**
 * True when `issuer` signed `certificate`: names and key identifiers match, the issuer is a CA, and
 * the signature verifies. Validity in time and revocation are the caller's to judge.
 */
export function isIssuedBy(certificate: CertificateInfo, issuer: CertificateInfo): boolean {
  if (!issuer.isCa || !sameBytes(certificate.issuerDer, issuer.subjectDer)) return false;
  const { authorityKeyId } = certificate;
  if (authorityKeyId !== null && issuer.subjectKeyId !== null && authorityKeyId !== issuer.subjectKeyId) {
    return false;
  }
  try {
    return new X509Certificate(certificate.der).verify(new X509Certificate(issuer.der).publicKey);
  } catch {
    return false; // OpenSSL cannot use the key or the algorithm: then it is not ours
  }
}
