import { createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

import { readSpki } from '../x509/key-info';
import { signatureAlgorithmFor, type SignatureAlgorithm } from '../x509/signature-algorithm';

/** Kinds of keys that the ceremony makes. */
export type CaKeyKind = 'rsa-4096' | 'rsa-3072' | 'p-256' | 'p-384';

/** A key pair with what it signs with. */
export type CaKey = {
  privateKey: KeyObject;
  publicKey: KeyObject;
  spki: Uint8Array;
  algorithm: SignatureAlgorithm;
};

const makeRsa = promisify((bits: number, done: (error: Error | null, key: KeyObject) => void) =>
  generateKeyPair('rsa', { modulusLength: bits, publicExponent: 0x10001 }, (error, _public, key) =>
    done(error, key),
  ),
);
const makeEc = promisify((curve: string, done: (error: Error | null, key: KeyObject) => void) =>
  generateKeyPair('ec', { namedCurve: curve }, (error, _public, key) => done(error, key)),
);

/** Makes a key on a thread; RSA of 4096 bits takes one to several seconds. */
export async function makeCaKey(kind: CaKeyKind): Promise<CaKey> {
  const privateKey = kind.startsWith('rsa-')
    ? await makeRsa(Number(kind.slice(4)))
    : await makeEc(kind === 'p-256' ? 'P-256' : 'P-384');
  return caKey(privateKey);
}

/** What is known of a private key that was read. */
export function caKey(privateKey: KeyObject): CaKey {
  const publicKey = createPublicKey(privateKey);
  const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
  return { privateKey, publicKey, spki, algorithm: signatureAlgorithmFor(readSpki(spki)) };
}
