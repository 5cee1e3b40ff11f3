import * as asn1js from 'asn1js';
import {
  Attribute,
  AuthenticatedSafe,
  CertBag,
  Certificate,
  CryptoEngine,
  PFX,
  PKCS8ShroudedKeyBag,
  PrivateKeyInfo,
  SafeBag,
  SafeContents,
} from 'pkijs';

/**
 * PKCS#12 files (RFC 7292), made where the key is: in the browser, or in Node for tests. No node:
 * modules here.
 *
 * `modern`: AES-256-CBC under PBKDF2-HMAC-SHA-256, MAC with HMAC-SHA-256; read by OpenSSL 1.1 and
 * later, NSS, Java 8u301 and later, Windows 10 1709 and later, macOS 15 and later.
 * `legacy`: 3DES and SHA-1, for older Windows, macOS and iOS.
 */
export type Pkcs12Form = 'modern' | 'legacy';

export type Pkcs12Input = {
  /** PKCS#8, DER, not encrypted. */
  privateKeyPkcs8: Uint8Array;
  /** DER, the key's own certificate first, then its issuers. */
  chain: readonly Uint8Array[];
  /** Shown in certificate choosers. */
  friendlyName: string;
  /** Printable ASCII: Java refuses other letters, in everybody's files. */
  passphrase: string;
  form: Pkcs12Form;
};

const BAG = {
  shroudedKey: '1.2.840.113549.1.12.10.1.2',
  certificate: '1.2.840.113549.1.12.10.1.3',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
} as const;

const PBKDF2_ROUNDS = 100_000;
// RFC 7292 appendix B derives the MAC key one hash at a time, each a call into WebCrypto.
const MAC_ROUNDS = 10_000;

/**
 * Builds a PKCS#12 file with key, certificate and chain, all encrypted.
 *
 * @returns DER, for a file named `.p12`
 * @throws {RangeError} when the passphrase is empty or not printable ASCII
 */
export async function buildPkcs12(input: Pkcs12Input): Promise<Uint8Array> {
  if (!/^[\x20-\x7e]+$/.test(input.passphrase)) {
    throw new RangeError('The passphrase must be letters, digits and signs of a US keyboard.');
  }
  if (input.chain.length === 0) throw new RangeError('A PKCS#12 file needs at least one certificate.');
  if (input.form === 'modern') return buildModern(input);
  // Loaded only when asked for: node-forge is large and the form is rarely needed.
  const { buildLegacyPkcs12 } = await import('./pkcs12-legacy');
  return buildLegacyPkcs12(input);
}

async function buildModern(input: Pkcs12Input): Promise<Uint8Array> {
  const engine = new CryptoEngine({ name: 'webcrypto', crypto: globalThis.crypto });
  const password = toBuffer(new TextEncoder().encode(input.passphrase));
  const encryption = {
    password,
    // The type asks for an iv; pkijs draws its own for each part.
    contentEncryptionAlgorithm: { name: 'AES-CBC', length: 256, iv: randomBytes(16) },
    hmacHashAlgorithm: 'SHA-256',
    iterationCount: PBKDF2_ROUNDS,
  };
  const [own = new Uint8Array()] = input.chain;
  const localKeyId = await globalThis.crypto.subtle.digest('SHA-1', toBuffer(own));
  const ownAttributes = () => [friendlyName(input.friendlyName), localKey(localKeyId)];

  const keyBag = new PKCS8ShroudedKeyBag({
    parsedValue: PrivateKeyInfo.fromBER(toBuffer(input.privateKeyPkcs8)),
  });
  await keyBag.makeInternalValues(encryption, engine);
  const keySafe = new SafeContents({
    safeBags: [new SafeBag({ bagId: BAG.shroudedKey, bagValue: keyBag, bagAttributes: ownAttributes() })],
  });
  const certificateSafe = new SafeContents({
    safeBags: input.chain.map(
      (der, at) =>
        new SafeBag({
          bagId: BAG.certificate,
          bagValue: new CertBag({ parsedValue: Certificate.fromBER(toBuffer(der)) }),
          ...(at === 0 ? { bagAttributes: ownAttributes() } : {}),
        }),
    ),
  });
  const safe = new AuthenticatedSafe({
    parsedValue: {
      safeContents: [
        { privacyMode: 0, value: keySafe },
        { privacyMode: 1, value: certificateSafe },
      ],
    },
  });
  await safe.makeInternalValues({ safeContents: [{}, { ...encryption }] }, engine);
  const pfx = new PFX({ parsedValue: { integrityMode: 0, authenticatedSafe: safe } });
  await pfx.makeInternalValues(
    {
      password,
      iterations: MAC_ROUNDS,
      pbkdf2HashAlgorithm: { name: 'SHA-256' },
      hmacHashAlgorithm: 'SHA-256',
    },
    engine,
  );
  return new Uint8Array(pfx.toSchema().toBER(false));
}

const friendlyName = (name: string): Attribute =>
  new Attribute({ type: BAG.friendlyName, values: [new asn1js.BmpString({ value: name })] });

const localKey = (id: ArrayBuffer): Attribute =>
  new Attribute({ type: BAG.localKeyId, values: [new asn1js.OctetString({ valueHex: id })] });

const randomBytes = (count: number) => globalThis.crypto.getRandomValues(new Uint8Array(count));

const toBuffer = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;
