/** Keys made by WebCrypto in this browser. Nothing here is ever sent but the CSR. */
export type KeyChoice = 'p-256' | 'rsa-3072';

export type BrowserKey = {
  choice: KeyChoice;
  pair: CryptoKeyPair;
  pkcs8: Uint8Array<ArrayBuffer>;
  spkiSha256: string;
};

/**
 * Makes a key. It can be exported, but only to this page: the .p12 that systems import is made here.
 */
export async function makeKey(choice: KeyChoice): Promise<BrowserKey> {
  const pair =
    choice === 'p-256'
      ? await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
      : await crypto.subtle.generateKey(
          {
            name: 'RSASSA-PKCS1-v1_5',
            modulusLength: 3072,
            publicExponent: new Uint8Array([1, 0, 1]),
            hash: 'SHA-256',
          },
          true,
          ['sign', 'verify'],
        );
  return {
    choice,
    pair,
    pkcs8: new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey)),
    spkiSha256: await sha256Hex(new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey))),
  };
}

/** The SHA-256 of the public half of a PKCS#8 key: tells whether a backup belongs to a certificate. */
export async function publicDigest(pkcs8: Uint8Array<ArrayBuffer>): Promise<string | null> {
  for (const algorithm of [
    { name: 'ECDSA', namedCurve: 'P-256' },
    { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  ]) {
    try {
      const key = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign']);
      const { kty, crv, x, y, n, e } = await crypto.subtle.exportKey('jwk', key);
      const half = kty === 'EC' ? { kty, crv, x, y } : { kty, n, e };
      const known = await crypto.subtle.importKey('jwk', half as JsonWebKey, algorithm, true, ['verify']);
      return await sha256Hex(new Uint8Array(await crypto.subtle.exportKey('spki', known)));
    } catch {
      // Not of this kind.
    }
  }
  return null;
}

async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
