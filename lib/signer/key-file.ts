import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  pbkdf2,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';

import { HubgateError } from '../errors';
import { derValue, fromHex, readDer, TAG, toHex, type DerNode } from '../x509/der';
import { fromPem, toPem } from '../x509/pem';
import { deriveByScrypt } from './derive-by-scrypt';

/**
 * Private keys at rest: PKCS#8 EncryptedPrivateKeyInfo (RFC 5958) with PBES2 (RFC 8018 appendix A.4),
 * PBKDF2 with HMAC-SHA-256 and AES-256-CBC. `openssl pkey -in FILE` reads it.
 *
 * Written by hand because Node's own export takes OpenSSL's default of 2,048 iterations. PBKDF2 and
 * not scrypt, because OpenSSL reads scrypt with at most 32 MiB (N = 2^14), which is the weaker choice.
 * Deriving runs on a thread: the event loop goes on serving CRLs meanwhile.
 */

/** OWASP Password Storage Cheat Sheet (2023) for PBKDF2-HMAC-SHA-256. */
export const MIN_ITERATIONS = 600_000;
/** A file that asks for more than this is a trap for the processor, not a key of ours. */
const MAX_ITERATIONS = 20_000_000;
const SALT_BYTES = 16;
const LABEL = 'ENCRYPTED PRIVATE KEY';

const OID_PBES2 = '06092a864886f70d01050d';
const OID_PBKDF2 = '06092a864886f70d01050c';
const OID_SCRYPT = '06092b06010401da47040b';
const OID_HMAC_SHA256 = '06082a864886f70d0209';
const OID_AES256_CBC = '060960864801650304012a';

const deriveByPbkdf2 = promisify(pbkdf2);

/**
 * Encrypts a private key.
 *
 * @returns PEM
 */
export async function encryptKey(key: KeyObject, passphrase: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const iv = randomBytes(16);
  const secret = await deriveByPbkdf2(passphrase, salt, MIN_ITERATIONS, 32, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', secret, iv);
  const plain = key.export({ format: 'der', type: 'pkcs8' });
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
  plain.fill(0);
  secret.fill(0);

  const hmac = sequence(fromHex(OID_HMAC_SHA256), derValue(TAG.null));
  const derivation = sequence(
    fromHex(OID_PBKDF2),
    sequence(derValue(TAG.octetString, salt), integer(MIN_ITERATIONS), hmac),
  );
  const encryption = sequence(fromHex(OID_AES256_CBC), derValue(TAG.octetString, iv));
  const algorithm = sequence(fromHex(OID_PBES2), sequence(derivation, encryption));
  return toPem(LABEL, sequence(algorithm, derValue(TAG.octetString, encrypted)));
}

/**
 * Opens a key that `encryptKey` or OpenSSL (`pkcs8 -topk8 -v2 aes-256-cbc`, PBKDF2-HMAC-SHA-256 or
 * scrypt) wrote.
 *
 * @param name how errors call the file
 * @throws {HubgateError} `ca.passphrase` when the passphrase does not open it, `ca.file` when this is
 *   not such a file or its encryption is weaker than ours
 */
export async function decryptKey(text: string, passphrase: string, name: string): Promise<KeyObject> {
  const { derive, iv, encrypted } = readEncrypted(text, name);
  const secret = await derive(passphrase);
  let plain: Buffer | null = null;
  try {
    const decipher = createDecipheriv('aes-256-cbc', secret, iv);
    plain = Buffer.concat([decipher.update(encrypted), decipher.final()]);
    return createPrivateKey({ key: plain, format: 'der', type: 'pkcs8' });
  } catch (cause) {
    // Wrong padding, or padding right by chance (1 in 256) and then no key: the same to the caller.
    throw new HubgateError('ca.passphrase', `This passphrase does not open ${name}.`, {
      field: 'passphrase',
      cause,
    });
  } finally {
    plain?.fill(0);
    secret.fill(0);
  }
}

type Encrypted = { derive: (passphrase: string) => Promise<Buffer>; iv: Uint8Array; encrypted: Uint8Array };

function readEncrypted(text: string, name: string): Encrypted {
  let algorithm: DerNode | undefined;
  let payload: DerNode | undefined;
  try {
    [algorithm, payload] = readDer(fromPem(text, LABEL)).children;
  } catch (cause) {
    throw unreadable(name, `it holds no whole ${LABEL} block`, cause);
  }
  const [scheme, parameters] = algorithm?.children ?? [];
  const [derivation, encryption] = parameters?.children ?? [];
  const [kdf, kdfParameters] = derivation?.children ?? [];
  const [cipher, iv] = encryption?.children ?? [];
  if (!isOid(scheme, OID_PBES2) || !isOid(cipher, OID_AES256_CBC) || !iv || !payload || !kdfParameters) {
    throw unreadable(name, 'it is not encrypted with PBES2 and AES-256-CBC');
  }
  const [salt, ...numbers] = kdfParameters.children;
  if (!salt || salt.tag !== TAG.octetString || iv.content.length !== 16)
    throw unreadable(name, 'it is damaged');
  const saltBytes = Buffer.from(salt.content);
  const shared = { iv: iv.content, encrypted: payload.content };

  if (isOid(kdf, OID_PBKDF2)) {
    const iterations = positive(numbers[0]);
    const prf = numbers.at(-1)?.children[0];
    if (!isOid(prf, OID_HMAC_SHA256) || iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS) {
      throw unreadable(
        name,
        `its passphrase must be stretched by PBKDF2-HMAC-SHA-256 with at least ${MIN_ITERATIONS} iterations; ` +
          'write it again with: openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000',
      );
    }
    return {
      ...shared,
      derive: (passphrase) => deriveByPbkdf2(passphrase, saltBytes, iterations, 32, 'sha256'),
    };
  }
  if (isOid(kdf, OID_SCRYPT)) {
    const [N, r, p] = [positive(numbers[0]), positive(numbers[1]), positive(numbers[2])];
    // 2^14 x 8 is what `openssl pkcs8 -scrypt` writes and all that it can read.
    if (N * r < 2 ** 17 || N * r > 2 ** 21 || p < 1 || p > 16) {
      throw unreadable(name, 'its scrypt parameters are too weak or too large');
    }
    const cost = { N, r, p, maxmem: 2 * 128 * N * r };
    return { ...shared, derive: (passphrase) => deriveByScrypt(passphrase, saltBytes, 32, cost) };
  }
  throw unreadable(name, 'its passphrase is stretched in a way that is not known here');
}

const sequence = (...parts: readonly Uint8Array[]): Uint8Array => derValue(TAG.sequence, ...parts);

function integer(value: number): Uint8Array {
  const hex = value.toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  const positiveHex = /^[89a-f]/.test(even) ? `00${even}` : even;
  return derValue(TAG.integer, fromHex(positiveHex));
}

function positive(node: DerNode | undefined): number {
  if (node?.tag !== TAG.integer || node.content.length > 5) return 0;
  return parseInt(toHex(node.content), 16);
}

function isOid(node: DerNode | undefined, hex: string): boolean {
  return node !== undefined && toHex(node.bytes) === hex;
}

function unreadable(name: string, why: string, cause?: unknown): HubgateError {
  return new HubgateError('ca.file', `${name} cannot be used: ${why}.`, { params: { file: name }, cause });
}
