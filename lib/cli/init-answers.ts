import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { parse } from 'smol-toml';
import * as z from 'zod';

import { HubgateError } from '../errors';
import { readPassphraseFile, requireStrong } from './passphrase';

/** What a ceremony needs to be told: the configuration to write, and what must not stand in it. */
export type Answers = {
  /** Keys of hubgate.toml; empty when the file that is there shall hold. */
  settings: Record<string, unknown>;
  passphrases: { root: string; signing: string };
  /** Where to write the Apache file; null: not wanted. */
  apacheFile: string | null;
  /** Where to move the root's key at once; null: it stays. */
  exportRootTo: string | null;
};

/** Beside the tables of hubgate.toml an answers file has one of its own. */
const Ceremony = z.strictObject({
  rootPassphraseFile: z.string().min(1),
  signingPassphraseFile: z.string().min(1),
  apacheFile: z.string().min(1).optional(),
  exportRootTo: z.string().min(1).optional(),
});

/**
 * Reads an answers file: the tables of hubgate.toml, and
 *
 *     [ceremony]
 *     rootPassphraseFile = "root.txt"        # relative to this file; first line; not readable by all
 *     signingPassphraseFile = "signing.txt"
 *     apacheFile = "hubgate-apache.conf"     # optional
 *     exportRootTo = "/media/stick/root-ca.key"  # optional
 *
 * @throws {HubgateError} `config.missing-file`, `config.syntax`, `config.value`; of the passphrases
 *   `ca.file`, `config.insecure`, `ca.passphrase`
 */
export function readAnswers(file: string): Answers {
  const { ceremony, ...settings } = readToml(file);
  const parsed = Ceremony.safeParse(ceremony ?? {});
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const key = ['ceremony', ...(issue?.path.map(String) ?? [])].join('.');
    throw new HubgateError('config.value', `${file}: ${key}: ${issue?.message ?? 'not understood'}.`, {
      field: key,
      params: { key },
    });
  }
  const beside = (path: string): string => resolve(dirname(resolve(file)), path);
  const { rootPassphraseFile, signingPassphraseFile, apacheFile, exportRootTo } = parsed.data;
  const passphrases = {
    root: readPassphraseFile(beside(rootPassphraseFile)),
    signing: readPassphraseFile(beside(signingPassphraseFile)),
  };
  checkPassphrases(passphrases);
  return {
    settings,
    passphrases,
    apacheFile: apacheFile === undefined ? null : beside(apacheFile),
    exportRootTo: exportRootTo === undefined ? null : beside(exportRootTo),
  };
}

/**
 * @throws {HubgateError} `ca.passphrase` when one is weak, or one opens both keys: who unlocks the
 *   signer every day must not thereby hold the root
 */
export function checkPassphrases({ root, signing }: Answers['passphrases']): void {
  requireStrong(root, "root CA's key");
  requireStrong(signing, "signing CA's key");
  if (root !== signing) return;
  throw new HubgateError('ca.passphrase', 'Root CA and signing CA need different passphrases.', {
    field: 'passphrase',
  });
}

function readToml(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new HubgateError('config.missing-file', `The answers file ${file} cannot be read.`, {
      params: { file },
      cause,
    });
  }
  try {
    return parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : 'not TOML';
    throw new HubgateError('config.syntax', `${file}: ${why}`, { params: { file }, cause });
  }
}
