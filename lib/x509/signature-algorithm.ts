import { type ForgeNode, nullValue, oid, sequence, toDer } from './forge-asn1';
import type { KeyInfo } from './key-info';
import { OID } from './oids';

/** What our CAs sign with: SHA-256 or better, never RSA-PSS, which NSS and Java handle unevenly. */
export const SIGNATURE_ALGORITHMS = ['RSA-SHA256', 'RSA-SHA384', 'ECDSA-SHA256', 'ECDSA-SHA384'] as const;
export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number];

type Detail = { oid: string; digest: 'sha256' | 'sha384'; parameters: 'null' | 'absent' };

/** RFC 4055 section 5 (RSA: NULL parameters) and RFC 5758 section 3.2 (ECDSA: none). */
export const SIGNATURE_DETAILS: Record<SignatureAlgorithm, Detail> = {
  'RSA-SHA256': { oid: OID.sha256WithRsa, digest: 'sha256', parameters: 'null' },
  'RSA-SHA384': { oid: OID.sha384WithRsa, digest: 'sha384', parameters: 'null' },
  'ECDSA-SHA256': { oid: OID.ecdsaWithSha256, digest: 'sha256', parameters: 'absent' },
  'ECDSA-SHA384': { oid: OID.ecdsaWithSha384, digest: 'sha384', parameters: 'absent' },
};

/**
 * The algorithm that a CA key signs with: the digest as strong as the key.
 *
 * @throws {RangeError} for a key that no CA of ours may have
 */
export function signatureAlgorithmFor(key: KeyInfo): SignatureAlgorithm {
  if (key.type === 'rsa') return 'RSA-SHA256';
  if (key.type === 'ec') return key.curve === 'P-384' ? 'ECDSA-SHA384' : 'ECDSA-SHA256';
  throw new RangeError('A CA key is RSA, P-256 or P-384.');
}

/** The digest's name for `crypto.sign`; ECDSA signatures are DER (its default encoding). */
export function digestOf(algorithm: SignatureAlgorithm): 'sha256' | 'sha384' {
  return SIGNATURE_DETAILS[algorithm].digest;
}

/** AlgorithmIdentifier as a node for node-forge's writer. */
export function algorithmNode(algorithm: SignatureAlgorithm): ForgeNode {
  const { oid: dotted, parameters } = SIGNATURE_DETAILS[algorithm];
  return parameters === 'null' ? sequence(oid(dotted), nullValue()) : sequence(oid(dotted));
}

export function signatureAlgorithmDer(algorithm: SignatureAlgorithm): Uint8Array {
  return toDer(algorithmNode(algorithm));
}
