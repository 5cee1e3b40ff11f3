import {
  constants,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';

/** A security key in software: makes real registrations and assertions, also wrong ones. */
export type Authenticator = {
  credentialId: string;
  /** COSE_Key, base64url. */
  publicKey: string;
  /** What the browser hands out at registration. */
  register: (challenge: string, wrong?: Wrong) => { authenticatorData: string; clientDataJSON: string };
  /** A touch; the counter rises first. */
  touch: (challenge: string, wrong?: Wrong) => Touched;
  /** The counter of the last touch. */
  counter: number;
};

export type Touched = { authenticatorData: string; clientDataJSON: string; signature: string };

/** What an attacker, a broken browser or another site would do otherwise. */
export type Wrong = {
  type?: string;
  origin?: string;
  rpId?: string;
  /** Bits of the flags octet: UP 1, UV 4, BE 8, BS 16, AT 64, ED 128. */
  flags?: number;
  counter?: number;
  crossOrigin?: boolean;
  /** Another key signs. */
  key?: KeyObject;
  /** Octets behind the authenticator data. */
  trailing?: Uint8Array;
};

export type AuthenticatorOptions = {
  algorithm?: 'ES256' | 'EdDSA' | 'RS256';
  /** False: it always says 0, as most passkeys of phones do. */
  counts?: boolean;
  rpId?: string;
  origin?: string;
  rsaBits?: number;
};

const sha256 = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest();
const b64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

export function makeAuthenticator(options: AuthenticatorOptions = {}): Authenticator {
  const { algorithm = 'ES256', counts = true, rsaBits = 2048 } = options;
  const home = { rpId: options.rpId ?? 'localhost', origin: options.origin ?? 'https://localhost:8443' };
  const privateKey = keyOf(algorithm, rsaBits);
  const publicKey = coseOf(algorithm, privateKey);
  const credentialId = randomBytes(32);
  let counter = 0;

  const clientData = (type: string, challenge: string, wrong: Wrong): Buffer =>
    Buffer.from(
      JSON.stringify({
        type: wrong.type ?? type,
        challenge,
        origin: wrong.origin ?? home.origin,
        crossOrigin: wrong.crossOrigin ?? false,
      }),
    );
  const authenticatorData = (flags: number, wrong: Wrong, rest: Uint8Array): Buffer => {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(wrong.counter ?? counter);
    return Buffer.concat([
      sha256(wrong.rpId ?? home.rpId),
      Uint8Array.of(wrong.flags ?? flags),
      count,
      rest,
      wrong.trailing ?? new Uint8Array(),
    ]);
  };

  return {
    credentialId: b64(credentialId),
    publicKey: b64(publicKey),
    get counter() {
      return counter;
    },
    register(challenge, wrong = {}) {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(credentialId.length);
      const attested = Buffer.concat([Buffer.alloc(16), length, credentialId, publicKey]);
      return {
        authenticatorData: b64(authenticatorData(0x45, wrong, attested)),
        clientDataJSON: b64(clientData('webauthn.create', challenge, wrong)),
      };
    },
    touch(challenge, wrong = {}) {
      if (counts) counter += 1;
      const data = authenticatorData(0x05, wrong, new Uint8Array());
      const client = clientData('webauthn.get', challenge, wrong);
      const signed = Buffer.concat([data, sha256(client)]);
      const key = wrong.key ?? privateKey;
      const signature = sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', signed, {
        key,
        ...(key.asymmetricKeyType === 'rsa' ? { padding: constants.RSA_PKCS1_PADDING } : {}),
      });
      return { authenticatorData: b64(data), clientDataJSON: b64(client), signature: b64(signature) };
    },
  };
}

function keyOf(algorithm: NonNullable<AuthenticatorOptions['algorithm']>, bits: number): KeyObject {
  if (algorithm === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519').privateKey;
  return generateKeyPairSync('rsa', { modulusLength: bits }).privateKey;
}

/** RFC 9053 and RFC 8230, in the order of CTAP2's canonical CBOR. */
function coseOf(algorithm: NonNullable<AuthenticatorOptions['algorithm']>, key: KeyObject): Buffer {
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  const part = (name: 'x' | 'y' | 'n' | 'e'): Buffer => Buffer.from(jwk[name] ?? '', 'base64url');
  const bytes = (value: Buffer): Buffer =>
    Buffer.concat([
      value.length < 24
        ? Uint8Array.of(0x40 + value.length)
        : value.length < 256
          ? Uint8Array.of(0x58, value.length)
          : Uint8Array.of(0x59, value.length >> 8, value.length & 255),
      value,
    ]);
  const hex = (text: string): Buffer => Buffer.from(text, 'hex');
  if (algorithm === 'ES256') {
    return Buffer.concat([
      hex('a50102032620'),
      hex('01'),
      hex('21'),
      bytes(part('x')),
      hex('22'),
      bytes(part('y')),
    ]);
  }
  if (algorithm === 'EdDSA') return Buffer.concat([hex('a401010327200621'), bytes(part('x'))]);
  return Buffer.concat([hex('a401030339010020'), bytes(part('n')), hex('21'), bytes(part('e'))]);
}
