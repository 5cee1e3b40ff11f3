import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { chownSync, existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { ServerCertificate } from '../certificates/order-server-certificate';
import { HubgateError } from '../errors';
import { writeDurably } from '../signer/ca-files';
import { parseCertificate, type CertificateInfo } from '../x509/certificate';
import { unwritable } from './write-new-file';

/** Where a server's key and certificate lie. */
export type ServerFiles = {
  /** PKCS#8, PEM, 0600. */
  key: string;
  /** The certificate alone; null where only the chain is wanted. */
  certificate: string | null;
  /** Certificate and signing CA: what Apache, nginx and the embedded front read. */
  fullchain: string;
};

/** Names of files for a host: `hub.example.org.key`, `….pem`, `….fullchain.pem`. */
export function hostFiles(folder: string, name: string): ServerFiles {
  const stem = join(folder, name.replaceAll('*', '_').replaceAll(':', '-'));
  return { key: `${stem}.key`, certificate: `${stem}.pem`, fullchain: `${stem}.fullchain.pem` };
}

/** While an order is not issued yet, its key and its number wait beside the files. */
const waitingKey = ({ key }: ServerFiles): string => `${key}.next`;
const waitingOrder = ({ key }: ServerFiles): string => `${key}.order`;

/** The order whose key waits here, or null. */
export function pendingOrder(files: ServerFiles): string | null {
  const file = waitingOrder(files);
  if (!existsSync(file)) return null;
  const id = readFileSync(file, 'utf8').trim();
  return /^R-[0-9A-HJKMNP-TV-Z]{8}$/.test(id) ? id : null;
}

/** Keeps a key before its certificate is ordered, so that whatever happens the certificate is of use. */
export function keepKey(files: ServerFiles, keyPem: string): void {
  write(waitingKey(files), keyPem, 0o600, files);
}

/** Notes which order the waiting key belongs to. */
export function keepOrder(files: ServerFiles, id: string): void {
  write(waitingOrder(files), `${id}\n`, 0o600, files);
}

/** Forgets an order that came to nothing, and its key. */
export function forgetOrder(files: ServerFiles): void {
  rmSync(waitingOrder(files), { force: true });
  rmSync(waitingKey(files), { force: true });
}

/**
 * Puts key and certificate in their places. All is on disk beside them before the first is renamed; a
 * crash between two of the renames is made up for by finishInstall(), or by doing this again.
 *
 * @throws {HubgateError} `config.value` when the waiting key is not the certificate's, or a file cannot
 *   be written
 */
export function install(files: ServerFiles, { pem, chain, spkiSha256 }: ServerCertificate): void {
  const key = [waitingKey(files), files.key].find(
    (file) => existsSync(file) && publicDigest(file) === spkiSha256,
  );
  if (key === undefined) {
    throw new HubgateError(
      'config.value',
      `The key of this certificate is neither in ${waitingKey(files)} nor in ${files.key}. Order a new one.`,
      { field: 'key' },
    );
  }
  write(`${files.fullchain}.next`, pem + chain, 0o644, files);
  if (files.certificate !== null) write(`${files.certificate}.next`, pem, 0o644, files);
  if (key !== files.key) renameSync(key, files.key);
  finishInstall(files);
}

/**
 * Finishes what a crash left half done: certificates that wait beside the key which is theirs take
 * their places. Does nothing otherwise.
 */
export function finishInstall(files: ServerFiles): void {
  const next = `${files.fullchain}.next`;
  if (!existsSync(next) || !existsSync(files.key)) return;
  if (publicDigest(files.key) !== parseCertificate(readFileSync(next, 'utf8')).spkiSha256) return;
  const { certificate } = files;
  if (certificate !== null && existsSync(`${certificate}.next`)) {
    renameSync(`${certificate}.next`, certificate);
  }
  renameSync(next, files.fullchain);
  rmSync(waitingOrder(files), { force: true });
}

/**
 * The certificate that is to be renewed.
 *
 * @throws {HubgateError} `config.value` when there is none
 */
export function presentCertificate({ fullchain }: ServerFiles): CertificateInfo {
  try {
    return parseCertificate(readFileSync(fullchain, 'utf8'));
  } catch (cause) {
    throw new HubgateError(
      'config.value',
      `There is no certificate in ${fullchain} to be renewed. Name the folder that has it with --out.`,
      { field: 'out', cause },
    );
  }
}

/** SHA-256 of the public half of a private key's file. */
function publicDigest(file: string): string {
  const spki = createPublicKey(createPrivateKey(readFileSync(file))).export({ format: 'der', type: 'spki' });
  return createHash('sha256').update(spki).digest('hex');
}

/** Root gives what it writes to whoever had the file before, or has the folder. */
function write(file: string, content: string, mode: number, files: ServerFiles): void {
  try {
    writeDurably(file, content, mode);
    if (process.getuid?.() !== 0) return;
    const { uid, gid } = statSync(existsSync(files.key) ? files.key : dirname(file));
    chownSync(file, uid, gid);
  } catch (cause) {
    throw unwritable(file, cause);
  }
}
