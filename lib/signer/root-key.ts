import { closeSync, existsSync, fsyncSync, openSync, readFileSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';

import { HubgateError, isHubgateError } from '../errors';
import { parseCertificate, type CertificateInfo } from '../x509/certificate';
import { parseCrl } from '../x509/crl';
import { caKeyId } from '../x509/key-id';
import { caFiles, readRootCrl, writeDurably, type SignerFiles } from './ca-files';
import { caKey, type CaKey } from './ca-keys';
import { decryptKey } from './key-file';
import { makeRootCrl } from './root-crl';

/**
 * Opens the root's key, wherever it lies, and makes sure that it is this root's.
 *
 * @throws {HubgateError} `ca.passphrase`; `ca.file` when it cannot be read or is another CA's key
 */
export async function openRootKey(
  files: SignerFiles,
  keyFile: string,
  passphrase: string,
): Promise<{ root: CertificateInfo; key: CaKey }> {
  const root = parseCertificate(readText(files.rootCa));
  const key = caKey(await decryptKey(readText(keyFile), passphrase, keyFile));
  if (!Buffer.from(key.spki).equals(root.spki)) {
    throw new HubgateError('ca.file', `${keyFile} holds another key than the root CA's.`, {
      params: { file: keyFile },
    });
  }
  return { root, key };
}

/**
 * A root that signed people itself, before it was taken over, signs their revocation lists here.
 *
 * @returns the id of its key; null for a root that only certified signing CAs
 */
export function rootSignsPeople(files: SignerFiles): string | null {
  if (!existsSync(files.rootCa)) return null;
  const keyId = caKeyId(parseCertificate(readText(files.rootCa)));
  return existsSync(caFiles(files, keyId).certificate) ? keyId : null;
}

/**
 * Moves the root's key to another place, such as a stick: writes the encrypted file there, reads it
 * back, decrypts it and holds it against the root certificate, and only then deletes the one here.
 *
 * @throws {HubgateError} `ca.file` when there is no key here or something has that name there,
 *   `ca.passphrase`, `ca.export-unreadable` when the copy is not what it must be; then the key here stays
 */
export async function moveRootKey(files: SignerFiles, to: string, passphrase: string): Promise<void> {
  if (!existsSync(files.rootKey)) {
    throw new HubgateError('ca.file', `The root's key is not on this server any more (${files.rootKey}).`, {
      params: { file: files.rootKey },
    });
  }
  if (existsSync(to)) {
    throw new HubgateError('ca.file', `${to} exists already and is not overwritten. Name a new file.`, {
      params: { file: to },
    });
  }
  await openRootKey(files, files.rootKey, passphrase);
  const encrypted = readText(files.rootKey);
  try {
    writeDurably(to, encrypted, 0o600);
    if (readText(to) !== encrypted) throw new Error('it reads otherwise than it was written');
    await openRootKey(files, to, passphrase);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unknown reason';
    throw new HubgateError(
      'ca.export-unreadable',
      `The copy in ${to} cannot be used (${why}). The key on this server was not touched.`,
      { params: { file: to }, cause },
    );
  }
  unlinkSync(files.rootKey);
  const folder = openSync(dirname(files.rootKey), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

/**
 * Renews the root's revocation list, for the signer and for the portal.
 *
 * @param input.keyFile the root's key, on the server or on the medium where it is kept; only read
 * @param input.served  the list as the signer serves it, which may be ahead of the file
 */
export async function renewRootCrl(input: {
  files: SignerFiles;
  publicCopy: string;
  keyFile: string;
  passphrase: string;
  served?: Uint8Array | null;
  now: Date;
}): Promise<{ number: number; nextUpdate: Date }> {
  const { files, publicCopy, keyFile, passphrase, now } = input;
  const { root, key } = await openRootKey(files, keyFile, passphrase);
  const lists = [readRootCrl(files), input.served ?? null].flatMap((der) =>
    der === null ? [] : parseCrl(der),
  );
  const last = lists.sort((a, b) => (b.crlNumber ?? 0) - (a.crlNumber ?? 0))[0];
  const number = (last?.crlNumber ?? 0) + 1;
  const fresh = await makeRootCrl({ root, key, number, now, revoked: last?.revoked ?? [] });
  writeDurably(files.rootCrl, fresh, 0o644);
  writeDurably(publicCopy, fresh, 0o644);
  const { nextUpdate } = parseCrl(fresh);
  return { number, nextUpdate: nextUpdate ?? now };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (isHubgateError(cause)) throw cause;
    throw new HubgateError('ca.file', `${file} cannot be read.`, { params: { file }, cause });
  }
}
