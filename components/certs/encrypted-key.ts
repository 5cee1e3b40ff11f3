/**
 * A private key under a passphrase, as an ENCRYPTED PRIVATE KEY block (RFC 5958 with PBES2 of
 * RFC 8018): the form in which it waits in this browser and in the backup file. It is a standard
 * form on purpose: `openssl pkey -in backup.pem` opens it, without this site.
 */
import { der, derElements, INTEGER, OCTETS, SEQUENCE, type DerElement } from './small-der';

/** OWASP's figure for PBKDF2 with HMAC-SHA-256. */
const ITERATIONS = 600_000;
/** A backup made elsewhere may ask for more, but not for minutes of work. */
const MAX_ITERATIONS = 10_000_000;

const OID = {
  pbes2: oid('2a864886f70d01050d'),
  pbkdf2: oid('2a864886f70d01050c'),
  hmacSha256: oid('2a864886f70d0209'),
  aes256Cbc: oid('60864801650304012a'),
} as const;
const NULL = new Uint8Array([0x05, 0x00]);

function oid(hex: string): Uint8Array {
  return der(
    0x06,
    Uint8Array.from(hex.match(/../gu) ?? [], (byte) => Number.parseInt(byte, 16)),
  );
}

async function aesKey(
  passphrase: string,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey('raw', new TextEncoder().encode(passphrase), 'PBKDF2', false, [
    'deriveKey',
  ]);
  return crypto.subtle.deriveKey(
    { name: 'PBKDF2', hash: 'SHA-256', salt, iterations },
    base,
    { name: 'AES-CBC', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
}

/**
 * @param pkcs8      the key, PKCS#8 DER
 * @param passphrase printable ASCII
 * @returns a PEM block
 */
export async function encryptKey(pkcs8: Uint8Array<ArrayBuffer>, passphrase: string): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(16));
  const key = await aesKey(passphrase, salt, ITERATIONS);
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-CBC', iv }, key, pkcs8));
  const rounds = new Uint8Array([
    0x00,
    ITERATIONS >> 16,
    (ITERATIONS >> 8) & 0xff,
    ITERATIONS & 0xff,
  ]).subarray(ITERATIONS >> 16 > 0x7f ? 0 : 1);
  const kdf = der(
    SEQUENCE,
    OID.pbkdf2,
    der(SEQUENCE, der(OCTETS, salt), der(INTEGER, rounds), der(SEQUENCE, OID.hmacSha256, NULL)),
  );
  const cipher = der(SEQUENCE, OID.aes256Cbc, der(OCTETS, iv));
  const whole = der(SEQUENCE, der(SEQUENCE, OID.pbes2, der(SEQUENCE, kdf, cipher)), der(OCTETS, sealed));
  const lines = btoa(String.fromCharCode(...whole)).match(/.{1,64}/gu) ?? [];
  return `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${lines.join('\n')}\n-----END ENCRYPTED PRIVATE KEY-----\n`;
}

/**
 * Opens what `encryptKey` made.
 *
 * @returns PKCS#8 DER, or null when the passphrase is wrong
 * @throws {RangeError} when the text is not such a block
 */
export async function decryptKey(pem: string, passphrase: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const { salt, iterations, iv, sealed } = read(pem);
  const key = await aesKey(passphrase, salt, iterations);
  try {
    const opened = new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-CBC', iv }, key, sealed));
    // A wrong passphrase gives well-formed padding once in 256 times; a key begins with a SEQUENCE.
    return opened[0] === SEQUENCE && derElements(opened).length === 1 ? opened : null;
  } catch {
    return null;
  }
}

function read(pem: string) {
  const body = /-----BEGIN ENCRYPTED PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/u.exec(pem)?.[1];
  if (body === undefined) throw new RangeError('not an encrypted key');
  const bytes = Uint8Array.from(atob(body.replace(/\s/gu, '')), (character) => character.charCodeAt(0));
  const [whole] = derElements(bytes);
  const [algorithm, sealed] = inside(whole);
  const [, parameters] = inside(algorithm);
  const [kdf, cipher] = inside(parameters);
  const [, kdfParameters] = inside(kdf);
  const [salt, rounds] = inside(kdfParameters);
  const [cipherOid, iv] = inside(cipher);
  const wanted = OID.aes256Cbc.subarray(2);
  if (!cipherOid || cipherOid.content.some((byte, index) => byte !== wanted[index])) {
    throw new RangeError('not AES-256-CBC');
  }
  const iterations = (rounds?.content ?? new Uint8Array()).reduce((sum, byte) => sum * 256 + byte, 0);
  if (iterations < 1 || iterations > MAX_ITERATIONS) throw new RangeError('a number of rounds out of range');
  return {
    salt: octets(salt),
    iterations,
    iv: octets(iv),
    sealed: octets(sealed),
  };
}

function inside(element: DerElement | undefined): DerElement[] {
  if (element?.tag !== SEQUENCE) throw new RangeError('a SEQUENCE was expected');
  return derElements(element.content);
}

function octets(element: DerElement | undefined): Uint8Array<ArrayBuffer> {
  if (element?.tag !== OCTETS) throw new RangeError('an OCTET STRING was expected');
  return Uint8Array.from(element.content);
}
