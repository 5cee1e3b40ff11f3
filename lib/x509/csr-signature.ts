import { HubgateError } from '../errors';
import { type DerNode, oidText, sameBytes, TAG } from './der';
import { readPssParameters } from './pss-parameters';

/** How a CSR is signed: what crypto.verify must be told. */
export type CsrSignature = {
  /** e.g. `SHA-256 with RSA`. */
  readonly name: string;
  readonly keyType: 'rsa' | 'ec' | 'ed25519';
  readonly digest: 'sha256' | 'sha384' | 'sha512' | null;
  /** RSASSA-PSS (RFC 8017 section 8.1) with a salt of so many octets; otherwise RSASSA-PKCS1-v1_5 or none. */
  readonly pssSaltOctets: number | null;
};

type Known = CsrSignature & { readonly parameters: 'null-or-absent' | 'absent' };

const rsa = (digest: 'sha256' | 'sha384' | 'sha512', name: string): Known => ({
  name: `${name} with RSA`,
  keyType: 'rsa',
  digest,
  pssSaltOctets: null,
  parameters: 'null-or-absent',
});
const ecdsa = (digest: 'sha256' | 'sha384' | 'sha512', name: string): Known => ({
  name: `${name} with ECDSA`,
  keyType: 'ec',
  digest,
  pssSaltOctets: null,
  parameters: 'absent',
});

/**
 * What is accepted, by OID, and the parameters that belong to it. RSA: NULL, and absent must be taken
 * too (RFC 4055 section 5). ECDSA (RFC 5758 section 3.2) and Ed25519 (RFC 8410 section 3): absent.
 */
const ACCEPTED: ReadonlyMap<string, Known> = new Map([
  ['1.2.840.113549.1.1.11', rsa('sha256', 'SHA-256')],
  ['1.2.840.113549.1.1.12', rsa('sha384', 'SHA-384')],
  ['1.2.840.113549.1.1.13', rsa('sha512', 'SHA-512')],
  ['1.2.840.10045.4.3.2', ecdsa('sha256', 'SHA-256')],
  ['1.2.840.10045.4.3.3', ecdsa('sha384', 'SHA-384')],
  ['1.2.840.10045.4.3.4', ecdsa('sha512', 'SHA-512')],
  [
    '1.3.101.112',
    { name: 'Ed25519', keyType: 'ed25519', digest: null, pssSaltOctets: null, parameters: 'absent' },
  ],
]);

const RSASSA_PSS = '1.2.840.113549.1.1.10';

/**
 * Known and refused. MD2, MD4, MD5 and SHA-1 (RFC 6149, RFC 6150, RFC 6151, RFC 9155; collisions:
 * CVE-2004-2761, SHAttered 2017), SHA-224, which no CA of ours offers, and keys that none of ours has.
 */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.1.1.2', 'MD2 with RSA'],
  ['1.2.840.113549.1.1.3', 'MD4 with RSA'],
  ['1.2.840.113549.1.1.4', 'MD5 with RSA'],
  ['1.2.840.113549.1.1.5', 'SHA-1 with RSA'],
  ['1.3.14.3.2.29', 'SHA-1 with RSA'],
  ['1.2.840.113549.1.1.14', 'SHA-224 with RSA'],
  ['1.2.840.10040.4.3', 'SHA-1 with DSA'],
  ['1.2.840.10045.4.1', 'SHA-1 with ECDSA'],
  ['1.2.840.10045.4.3.1', 'SHA-224 with ECDSA'],
  ['1.3.101.113', 'Ed448'],
]);

const NULL = Uint8Array.of(TAG.null, 0);

/**
 * Reads the AlgorithmIdentifier of a CSR's signature.
 *
 * @throws {HubgateError} `csr.signature-algorithm` for an algorithm that is weak or unknown, and for
 *   parameters that do not belong to it
 */
export function readCsrSignature(algorithm: DerNode): CsrSignature {
  const [oid, parameters] = algorithm.children;
  const id = oid?.tag === TAG.oid ? oidText(oid.content) : '';
  const one = algorithm.children.length <= 2;
  if (id === RSASSA_PSS) {
    const pss = one && parameters !== undefined ? readPssParameters(parameters) : null;
    if (pss !== null) return pss;
    throw refused(
      'RSA-PSS with parameters that are not accepted',
      'Make it again with SHA-256 for both hashes and a salt as long as the hash, for example with: openssl req -new -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest.',
    );
  }
  const known = ACCEPTED.get(id);
  if (known === undefined) {
    throw refused(
      REFUSED.get(id) ?? 'an unknown algorithm',
      'Make it again with SHA-256, for example with: openssl req -new -sha256.',
    );
  }
  const { parameters: rule, ...signature } = known;
  const nothing = parameters === undefined;
  const allowed = nothing || (rule === 'null-or-absent' && sameBytes(parameters.bytes, NULL));
  if (one && allowed) return signature;
  throw refused(
    `${known.name} and parameters that do not belong there`,
    'The program that made it is faulty: make it again with another.',
  );
}

function refused(algorithm: string, advice: string): HubgateError {
  return new HubgateError(
    'csr.signature-algorithm',
    `The CSR is signed with ${algorithm}, which is not accepted. ${advice}`,
    { field: 'csr', params: { algorithm } },
  );
}
