import { createPrivateKey, createPublicKey, generatePrimeSync, type KeyObject, sign } from 'node:crypto';

import { derValue, TAG } from '../der';
import {
  contextConstructed,
  fromDer,
  type ForgeNode,
  octetString,
  oid,
  sequence,
  set,
  toDer,
  toDerBinary,
} from '../forge-asn1';
import type { KnownKeys } from '../examine-csr';
import { encodeName } from '../name';
import { OID } from '../oids';

/** CSRs that no ordinary program makes, for tests. */

/** No CA of ours, and no list of compromised keys. */
export const NO_KNOWN_KEYS: KnownKeys = { caSpkiSha256: [], compromised: () => Promise.resolve(null) };

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** OID of a signature for a key and digest. */
function signatureOid(key: KeyObject, digest: string): string {
  if (key.asymmetricKeyType === 'ed25519') return OID.ed25519;
  const rsa: Record<string, string> = {
    md5: '1.2.840.113549.1.1.4',
    sha1: '1.2.840.113549.1.1.5',
    sha256: OID.sha256WithRsa,
  };
  const ec: Record<string, string> = { sha1: '1.2.840.10045.4.1', sha256: OID.ecdsaWithSha256 };
  const found = (key.asymmetricKeyType === 'rsa' ? rsa : ec)[digest];
  if (found === undefined) throw new RangeError(digest);
  return found;
}

/** A signed CSR over any subject, attributes, algorithm and even a foreign SPKI. */
export function makeCsr(input: {
  privateKey: KeyObject;
  subject?: Uint8Array;
  extensions?: ForgeNode[];
  spki?: Uint8Array;
  digest?: string;
  /** The AlgorithmIdentifier as it shall stand there, whatever the signature is. */
  algorithm?: Uint8Array;
}): Uint8Array {
  const { privateKey, extensions = [], digest = 'sha256' } = input;
  const spki =
    input.spki ?? new Uint8Array(createPublicKey(privateKey).export({ type: 'spki', format: 'der' }));
  const subject = input.subject ?? encodeName([{ type: 'CN', value: 'alice' }]);
  const request = sequence(oid(OID.extensionRequest), set(sequence(...extensions)));
  const attributes = extensions.length === 0 ? Uint8Array.of(0xa0, 0) : toDer(contextConstructed(0, request));
  const info = derValue(TAG.sequence, Uint8Array.of(2, 1, 0), subject, spki, attributes);
  const algorithm =
    input.algorithm ??
    toDer(
      sequence(
        oid(signatureOid(privateKey, digest)),
        ...(privateKey.asymmetricKeyType === 'rsa' ? [fromDer(Uint8Array.of(5, 0))] : []),
      ),
    );
  const signature = sign(privateKey.asymmetricKeyType === 'ed25519' ? null : digest, info, privateKey);
  return derValue(TAG.sequence, info, algorithm, derValue(TAG.bitString, Uint8Array.of(0), signature));
}

/** An extension of a request; the content is any node. */
export const requested = (id: string, content: ForgeNode): ForgeNode =>
  sequence(oid(id), octetString(toDerBinary(content)));

/** A subject of one attribute with exactly these bytes in this string type. */
export function rawSubject(id: string, value: string | Uint8Array, tag: number = TAG.utf8String): Uint8Array {
  const content = typeof value === 'string' ? text(value) : value;
  const attribute = derValue(TAG.sequence, toDer(oid(id)), derValue(tag, content));
  return derValue(TAG.sequence, derValue(TAG.set, attribute));
}

/** An RSA private key from two primes of the caller's choice. */
export function rsaKeyFromPrimes(p: bigint, q: bigint, e = 65537n): KeyObject {
  const d = inverse(e, (p - 1n) * (q - 1n));
  const base64url = (value: bigint): string => {
    const hex = value.toString(16);
    return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url');
  };
  const key = {
    kty: 'RSA',
    n: base64url(p * q),
    e: base64url(e),
    d: base64url(d),
    p: base64url(p),
    q: base64url(q),
    dp: base64url(d % (p - 1n)),
    dq: base64url(d % (q - 1n)),
    qi: base64url(inverse(q, p)),
  };
  return createPrivateKey({ key, format: 'jwk' });
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [oldR, r, oldS, s] = [((value % modulus) + modulus) % modulus, modulus, 1n, 0n];
  while (r !== 0n) {
    const quotient = oldR / r;
    [oldR, r] = [r, oldR - quotient * r];
    [oldS, s] = [s, oldS - quotient * s];
  }
  if (oldR !== 1n) throw new RangeError('not invertible');
  return ((oldS % modulus) + modulus) % modulus;
}

export const randomPrime = (bits: number): bigint => generatePrimeSync(bits, { bigint: true });
