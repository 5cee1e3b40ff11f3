import { createHash } from 'node:crypto';

import { type DerNode, derValue, fromHex, oidText, TAG } from './der';
import { OID } from './oids';

/** Digests that name an issuer in a CertID. SHA-1 identifies here and protects nothing (RFC 6960 section 4.3). */
export type OcspHash = 'sha1' | 'sha256';

/** What a client asks about (RFC 6960 section 4.1.1). Hex is lower case. */
export type OcspCertId = {
  /** The whole CertID as the client wrote it, DER: an answer repeats it byte for byte. */
  readonly der: Uint8Array;
  /** Null for a digest that we do not compute; the answer is then `unauthorized`. */
  readonly hash: OcspHash | null;
  readonly issuerNameHash: string;
  readonly issuerKeyHash: string;
  /** Without the octet that keeps it positive, as everywhere here. */
  readonly serial: string;
};

const HASHES: Readonly<Record<string, OcspHash>> = { [OID.sha1]: 'sha1', [OID.sha256]: 'sha256' };
const HASH_OCTETS: Record<OcspHash, number> = { sha1: 20, sha256: 32 };
/** RFC 5280 section 4.1.2.2: 20 octets, and one more that keeps the INTEGER positive. */
const SERIAL_MAX_OCTETS = 21;

/**
 * Reads one CertID of a request.
 *
 * @throws {RangeError} when it is none, or its serial is negative or longer than RFC 5280 allows
 */
export function readCertId(node: DerNode | undefined): OcspCertId {
  const [algorithm, name, key, number] = node?.children ?? [];
  if (node?.tag !== TAG.sequence || node.children.length !== 4) throw malformed();
  if (name?.tag !== TAG.octetString || key?.tag !== TAG.octetString || number?.tag !== TAG.integer) {
    throw malformed();
  }
  const [id, parameters] = algorithm?.children ?? [];
  if (algorithm?.tag !== TAG.sequence || id?.tag !== TAG.oid || algorithm.children.length > 2) {
    throw malformed();
  }
  // NULL or absent: clients write both (RFC 5754 section 2).
  if (parameters !== undefined && parameters.tag !== TAG.null) throw malformed();
  const hash = HASHES[oidText(id.content)] ?? null;
  if (hash !== null && [name, key].some(({ content }) => content.length !== HASH_OCTETS[hash])) {
    throw malformed();
  }
  const { content } = number;
  if (content.length > SERIAL_MAX_OCTETS || (content[0] ?? 0x80) >= 0x80) throw malformed();
  return {
    der: node.bytes,
    hash,
    issuerNameHash: toHex(name.content),
    issuerKeyHash: toHex(key.content),
    serial: toHex(content.length > 1 && content[0] === 0 ? content.subarray(1) : content),
  };
}

// Asked thousands of times a second, and five times as fast as by hand.
const toHex = ({ buffer, byteOffset, length }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, length).toString('hex');

const malformed = (): RangeError => new RangeError('This is not a CertID.');

/** An issuer as CertIDs name it: digests of its subject and of its public key, hex. */
export type IssuerHashes = Readonly<Record<OcspHash, { name: string; key: string }>>;

/**
 * @param issuer.subjectDer the issuer's subject, DER
 * @param issuer.keyBits    content of its subjectPublicKey, without the octet of unused bits
 */
export function issuerHashes(issuer: { subjectDer: Uint8Array; keyBits: Uint8Array }): IssuerHashes {
  const both = (hash: OcspHash) => ({
    name: createHash(hash).update(issuer.subjectDer).digest('hex'),
    key: createHash(hash).update(issuer.keyBits).digest('hex'),
  });
  return { sha1: both('sha1'), sha256: both('sha256') };
}

/** OBJECT IDENTIFIERs, DER. */
const HASH_OIDS: Record<OcspHash, string> = { sha1: '06052b0e03021a', sha256: '0609608648016503040201' };

/**
 * A CertID as most clients write it, with NULL parameters: what answers are made for before anybody asks.
 *
 * @throws {RangeError} when the serial is not an even number of hex digits
 */
export function encodeCertId(issuer: IssuerHashes, hash: OcspHash, serial: string): Uint8Array {
  const { name, key } = issuer[hash];
  const positive = /^[89a-f]/i.test(serial) ? `00${serial}` : serial;
  return derValue(
    TAG.sequence,
    derValue(TAG.sequence, fromHex(HASH_OIDS[hash]), derValue(TAG.null)),
    derValue(TAG.octetString, fromHex(name)),
    derValue(TAG.octetString, fromHex(key)),
    derValue(TAG.integer, fromHex(positive)),
  );
}
