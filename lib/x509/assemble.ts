import { derValue, TAG } from './der';
import { signatureAlgorithmDer, type SignatureAlgorithm } from './signature-algorithm';

/**
 * Puts a signature behind what it signs: `SEQUENCE { tbs, algorithm, BIT STRING }`, the outer form of
 * certificates and CRLs (RFC 5280 sections 4.1 and 5.1) and OCSP responses. The signed bytes are taken
 * as they are.
 *
 * @param signature what `crypto.sign` returned; for ECDSA in DER form
 * @param behind    fields after the signature, DER: a BasicOCSPResponse carries certificates there
 */
export function assembleSigned(
  tbs: Uint8Array,
  algorithm: SignatureAlgorithm,
  signature: Uint8Array,
  ...behind: readonly Uint8Array[]
): Uint8Array {
  const noUnusedBits = Uint8Array.of(0);
  return derValue(
    TAG.sequence,
    tbs,
    signatureAlgorithmDer(algorithm),
    derValue(TAG.bitString, noUnusedBits, signature),
    ...behind,
  );
}
