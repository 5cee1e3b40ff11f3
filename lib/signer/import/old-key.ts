import { createPrivateKey, type KeyObject } from 'node:crypto';

import { HubgateError } from '../../errors';
import { pemBlocks } from '../../x509/pem';

/** Labels of private keys as OpenSSL wrote and writes them. */
const LABELS = new Set(['ENCRYPTED PRIVATE KEY', 'PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY']);

/** 64 KiB: an RSA key of 16384 bits has 13. */
export const KEY_FILE_MAX_BYTES = 64 * 1024;

export type OldKeyKind = 'encrypted' | 'plain';

/**
 * What a file says it holds: an encrypted private key, one that lies there open, or none.
 *
 * @returns null when there is no private key in it
 */
export function oldKeyKind(text: string): OldKeyKind | null {
  const block = pemBlocks(text).find(({ label }) => LABELS.has(label));
  if (block === undefined) return null;
  if (block.label === 'ENCRYPTED PRIVATE KEY') return 'encrypted';
  // RFC 1421 section 4.6: the older form says so in a header inside the block.
  return /Proc-Type:\s*4,\s*ENCRYPTED/.test(block.body) ? 'encrypted' : 'plain';
}

/**
 * Opens a key of another CA in whatever form OpenSSL wrote it: PKCS#8 with PBES2 or PBES1, the older
 * PEM with `Proc-Type` and `DEK-Info`, or unencrypted. Weak forms too: it is read once and written
 * again by `encryptKey`. Deriving blocks the event loop; for commands only.
 *
 * @param passphrase null for a key that is not encrypted
 * @param name how errors call the file
 * @throws {HubgateError} `ca.passphrase` when it does not open it, `ca.file` when there is no key in
 *   the file, it is damaged, or its cipher is one that OpenSSL 3 has put away
 */
export function openOldKey(text: string, passphrase: string | null, name: string): KeyObject {
  const kind = oldKeyKind(text);
  if (kind === null) throw unreadable(name, 'there is no private key in it');
  try {
    return createPrivateKey({
      key: text,
      format: 'pem',
      ...(kind === 'encrypted' && { passphrase: passphrase ?? '' }),
    });
  } catch (cause) {
    if (kind === 'plain') throw unreadable(name, 'it is damaged', cause);
    if (codeOf(cause) === 'ERR_OSSL_EVP_UNSUPPORTED') {
      throw unreadable(
        name,
        'its cipher (DES or RC2) is so old that OpenSSL 3 does not open it by itself. Write it again, into a ' +
          `new file: openssl pkcs8 -topk8 -provider legacy -provider default -in ${name} -out NEW -v2 aes-256-cbc`,
        cause,
      );
    }
    // Wrong padding, or right by chance and then no key: the same to the caller.
    throw new HubgateError('ca.passphrase', `This passphrase does not open ${name}.`, {
      field: 'passphrase',
      cause,
    });
  }
}

const codeOf = (thrown: unknown): unknown =>
  thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;

function unreadable(name: string, why: string, cause?: unknown): HubgateError {
  return new HubgateError('ca.file', `${name} cannot be used: ${why}.`, { params: { file: name }, cause });
}
