import 'reflect-metadata';

import { Name, Pkcs10CertificateRequestGenerator } from '@peculiar/x509';

/** Key kinds that are made in browsers: what all of them and all gates can use. */
export type BrowserKeyAlgorithm = 'RSA 3072' | 'RSA 2048' | 'P-256' | 'P-384';

/** WebCrypto parameters for `crypto.subtle.generateKey`, with usages `['sign', 'verify']`. */
export const BROWSER_KEYS: Record<BrowserKeyAlgorithm, RsaHashedKeyGenParams | EcKeyGenParams> = {
  'RSA 2048': rsa(2048),
  'RSA 3072': rsa(3072),
  'P-256': { name: 'ECDSA', namedCurve: 'P-256' },
  'P-384': { name: 'ECDSA', namedCurve: 'P-384' },
};

function rsa(modulusLength: number): RsaHashedKeyGenParams {
  return {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength,
    publicExponent: Uint8Array.of(1, 0, 1),
  };
}

/**
 * Builds and signs a CSR with a key made by WebCrypto, in a browser or in Node. It proposes the
 * common name only; everything else is the centre's policy.
 *
 * @returns PKCS#10, DER
 */
export async function buildCsr(input: {
  commonName: string;
  keyPair: CryptoKeyPair;
  algorithm: BrowserKeyAlgorithm;
}): Promise<Uint8Array> {
  const { commonName, keyPair, algorithm } = input;
  const request = await Pkcs10CertificateRequestGenerator.create(
    {
      name: new Name([{ CN: [{ utf8String: commonName }] }]),
      keys: keyPair,
      signingAlgorithm:
        algorithm === 'P-256' || algorithm === 'P-384'
          ? { name: 'ECDSA', hash: algorithm === 'P-384' ? 'SHA-384' : 'SHA-256' }
          : { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
    },
    globalThis.crypto,
  );
  return new Uint8Array(request.rawData);
}
