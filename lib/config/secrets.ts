import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, writeSync, fsyncSync } from 'node:fs';
import { join } from 'node:path';

import { HubgateError } from '../errors';
import type { StatePaths } from './state-paths';

const NAMES = ['front', 'session', 'canary', 'quota'] as const;

/**
 * What this instance keeps to itself; each 32 random bytes in hex.
 * - `front`: the front shows it to the web process, so that its headers count over TCP
 * - `session`: signs sessions and short-lived tokens
 * - `canary`: key of the trust proofs
 * - `quota`: key of the hash of network addresses
 */
export type Secrets = Readonly<Record<(typeof NAMES)[number], string>>;

/** The comment keeps Next from taking the whole tree into its build, as it does where a path can be any. */
const secretFile = (paths: StatePaths, name: string): string =>
  join(/* turbopackIgnore: true */ paths.secretsDir, name);

/** Makes what is missing (0600, in a 0700 folder) and leaves what is there. */
export function ensureSecrets(paths: StatePaths): Secrets {
  mkdirSync(paths.secretsDir, { recursive: true, mode: 0o700 });
  for (const name of NAMES) createOnce(secretFile(paths, name));
  return readSecrets(paths);
}

/** @throws {HubgateError} `config.missing-file` when one is missing or not 32 bytes of hex */
export function readSecrets(paths: StatePaths): Secrets {
  const secrets: Partial<Record<(typeof NAMES)[number], string>> = {};
  for (const name of NAMES) secrets[name] = readSecret(secretFile(paths, name));
  return secrets as Secrets;
}

function readSecret(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (thrown) {
    throw new HubgateError(
      'config.missing-file',
      `The secret ${file} cannot be read (${(thrown as NodeJS.ErrnoException).code}). Start Hubgate once with npm start; it makes it.`,
      { params: { file }, cause: thrown },
    );
  }
  if (!/^[0-9a-f]{64}$/.test(text)) {
    throw new HubgateError(
      'config.missing-file',
      `The secret ${file} is damaged: it must be 64 hexadecimal digits. Delete it and start again; sessions end.`,
      { params: { file } },
    );
  }
  return text;
}

function createOnce(file: string): void {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'wx', 0o600);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw thrown;
  }
  try {
    writeSync(descriptor, `${randomBytes(32).toString('hex')}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
