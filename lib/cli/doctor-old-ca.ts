import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import type { LoadedConfig } from '../config/load';
import { IMPORTED } from '../signer/import/import-ca';
import { parseIndex } from '../signer/import/index-file';

export type Finding = { check: string; level: 'ok' | 'warn' | 'bad'; says: string };

const Imported = z.object({
  at: z.string(),
  indexes: z.array(z.object({ file: z.string(), entries: z.int(), sha256: z.string() })),
});

/** Whether somebody still signs in the folder that this CA was taken over from. Nothing where it was not. */
export function oldCa({ paths }: LoadedConfig): Finding[] {
  const file = join(paths.caDir, IMPORTED);
  if (!existsSync(file)) return [];
  const check = 'old CA';
  const parsed = Imported.safeParse(readJson(file));
  if (!parsed.success) return [{ check, level: 'warn', says: `${file} cannot be read` }];
  const grown = parsed.data.indexes.map((index) => lookAt(index, check));
  const worst = grown.filter(({ level }) => level !== 'ok');
  return worst.length > 0
    ? worst
    : [
        {
          check,
          level: 'ok',
          says: `nobody has signed in the old folder since ${parsed.data.at.slice(0, 10)}`,
        },
      ];
}

function lookAt(index: { file: string; entries: number; sha256: string }, check: string): Finding {
  const { file, entries, sha256 } = index;
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Taken away for good, as it should be.
    if (code === 'ENOENT') return { check, level: 'ok', says: `${file} is gone` };
    return {
      check,
      level: 'warn',
      says: `${file} cannot be read by this user (${code ?? ''}): run hubgate doctor as root`,
    };
  }
  if (createHash('sha256').update(bytes).digest('hex') === sha256) return { check, level: 'ok', says: file };
  const more = parseIndex(bytes.toString('utf8')).entries.length - entries;
  return {
    check,
    level: 'warn',
    says:
      `${file} was changed since it was taken over (${more > 0 ? `${more} certificates more` : 'no new certificate'}): ` +
      'somebody still works there, and nothing of it is known here. Stop that, then, with the signer stopped: ' +
      'hubgate ca import --from FOLDER --late',
  };
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
