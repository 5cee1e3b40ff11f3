import { contextConstructed, fromDer, oid, sequence, set, smallInteger, toDer } from './forge-asn1';
import { OID } from './oids';

/**
 * Certificates in a PKCS#7 wrapper without signature ("certs-only", RFC 5652 section 5.1), which Windows
 * and Java import in one go. By convention from the end certificate up to the root.
 *
 * @returns DER of ContentInfo, for files named `.p7b`
 */
export function certsOnly(ders: readonly Uint8Array[]): Uint8Array {
  if (ders.length === 0) throw new RangeError('A bundle holds at least one certificate.');
  const signedData = sequence(
    smallInteger(1),
    set(), // no digests
    sequence(oid(OID.pkcs7Data)),
    contextConstructed(0, ...ders.map(fromDer)),
    set(), // no signers
  );
  return toDer(sequence(oid(OID.pkcs7SignedData), contextConstructed(0, signedData)));
}
