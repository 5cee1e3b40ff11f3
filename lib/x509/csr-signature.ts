/** A signature algorithm as it stands in a CSR. `digest` is what crypto.verify takes. */
export type CsrSignature = {
  readonly name: string;
  readonly accepted: boolean;
  readonly keyType: 'rsa' | 'ec' | 'ed25519' | 'other';
  readonly digest: string | null;
};

const accepted = (name: string, keyType: CsrSignature['keyType'], digest: string | null): CsrSignature => ({
  name,
  accepted: true,
  keyType,
  digest,
});
const refused = (name: string): CsrSignature => ({ name, accepted: false, keyType: 'other', digest: null });

/**
 * By OID. MD2, MD4, MD5 and SHA-1 are refused (RFC 6151, RFC 9155; collisions: CVE-2004-2761, SHAttered
 * 2017), and SHA-224, which no CA of ours offers; RSA-PSS is refused for its parameters, which
 * libraries read differently.
 */
export const CSR_SIGNATURES: ReadonlyMap<string, CsrSignature> = new Map([
  ['1.2.840.113549.1.1.11', accepted('SHA-256 with RSA', 'rsa', 'sha256')],
  ['1.2.840.113549.1.1.12', accepted('SHA-384 with RSA', 'rsa', 'sha384')],
  ['1.2.840.113549.1.1.13', accepted('SHA-512 with RSA', 'rsa', 'sha512')],
  ['1.2.840.10045.4.3.2', accepted('SHA-256 with ECDSA', 'ec', 'sha256')],
  ['1.2.840.10045.4.3.3', accepted('SHA-384 with ECDSA', 'ec', 'sha384')],
  ['1.2.840.10045.4.3.4', accepted('SHA-512 with ECDSA', 'ec', 'sha512')],
  ['1.3.101.112', accepted('Ed25519', 'ed25519', null)],
  ['1.2.840.113549.1.1.2', refused('MD2 with RSA')],
  ['1.2.840.113549.1.1.3', refused('MD4 with RSA')],
  ['1.2.840.113549.1.1.4', refused('MD5 with RSA')],
  ['1.2.840.113549.1.1.5', refused('SHA-1 with RSA')],
  ['1.3.14.3.2.29', refused('SHA-1 with RSA')],
  ['1.2.840.113549.1.1.14', refused('SHA-224 with RSA')],
  ['1.2.840.113549.1.1.10', refused('RSA-PSS')],
  ['1.2.840.10040.4.3', refused('SHA-1 with DSA')],
  ['1.2.840.10045.4.1', refused('SHA-1 with ECDSA')],
  ['1.2.840.10045.4.3.1', refused('SHA-224 with ECDSA')],
  ['1.3.101.113', refused('Ed448')],
]);
