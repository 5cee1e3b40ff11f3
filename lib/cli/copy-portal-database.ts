import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { LoadedConfig } from '../config/load';
import type { RowCounts } from '../db/row-counts';
import { databaseTarget } from '../db/target';
import { HubgateError } from '../errors';
import { processEnv } from './context';
import { copyDatabase } from './copy-database';

export type PortalCopy = { file: string; counts: RowCounts; remove: () => void };

/** The user that a portal of its own runs as; null where whoever runs this is that user. */
export function portalUser({ paths }: LoadedConfig): { uid: number; gid: number } | null {
  const folder = statSync(paths.stateDir, { throwIfNoEntry: false });
  if (folder === undefined || process.getuid?.() !== 0 || folder.uid === 0) return null;
  return { uid: folder.uid, gid: folder.gid };
}

/**
 * Copies the portal's database into a folder of the portal's own. Root does it as the portal's user, by
 * `hubgate db backup`: PostgreSQL may know nobody else, and an SQLite log that root opened would be
 * root's.
 *
 * @throws {HubgateError} `database.unreachable`, `config.value`
 */
export async function copyPortalDatabase(loaded: LoadedConfig): Promise<PortalCopy> {
  const { config, paths } = loaded;
  const folder = mkdtempSync(join(paths.stateDir, '.backup-'));
  const file = join(folder, 'portal.copy');
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const user = portalUser(loaded);
  try {
    if (user === null)
      return { file, counts: await copyDatabase(databaseTarget(config, paths), file), remove };
    chownSync(folder, user.uid, user.gid);
    return { file, counts: runAs(user, loaded, ['db', 'backup', file]).counts, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Runs this program once more as another user, and reads its one JSON document. */
export function runAs(
  user: { uid: number; gid: number },
  { file }: LoadedConfig,
  words: readonly string[],
): { counts: RowCounts } {
  const program = process.argv[1] ?? '';
  const config = file === null ? [] : ['--config', file];
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...config, '--json', ...words], {
    uid: user.uid,
    gid: user.gid,
    cwd: '/',
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
    env: { ...processEnv(), HOME: '/' },
  });
  if (status === 0) return JSON.parse(stdout) as { counts: RowCounts };
  throw new HubgateError(
    'database.unreachable',
    `hubgate ${words.slice(0, 2).join(' ')} failed: ${stderr.trim()}`,
  );
}
