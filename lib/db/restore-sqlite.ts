import { chmodSync, chownSync, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

import Sqlite from 'better-sqlite3';

import { HubgateError } from '../errors';
import { backUpSqlite } from './back-up';
import { migrateTarget } from './migrate';

/**
 * Puts a backup in the place of the SQLite database. The backup is copied, checked whole and brought
 * to this version first; the database that was there keeps existing under another name.
 *
 * @param input.aside the name that the present database gets
 * @returns whether there was a database to keep
 * @throws {HubgateError} `config.value` for a file that is no sound backup, `database.newer`,
 *   `database.changed-migration`, `start.already-running` while somebody has the database open
 */
export async function restoreSqlite(input: {
  backup: string;
  file: string;
  aside: string;
}): Promise<{ kept: boolean }> {
  const { backup, file, aside } = input;
  const draft = `${file}.restoring`;
  try {
    removeDatabase(draft);
    await copyChecked(backup, draft);
    chmodSync(draft, 0o600);
    giveToOwnerOf(existsSync(file) ? file : dirname(file), draft);
    await migrateTarget({ kind: 'sqlite', file: draft });
    settle(draft);
    const kept = existsSync(file);
    if (kept) {
      settle(file);
      renameSync(file, aside);
    }
    // A log without its database would be replayed into the new one.
    for (const end of ['-wal', '-shm']) rmSync(file + end, { force: true });
    renameSync(draft, file);
    return { kept };
  } finally {
    removeDatabase(draft);
  }
}

async function copyChecked(backup: string, draft: string): Promise<void> {
  try {
    await backUpSqlite(backup, draft);
    const db = new Sqlite(draft, { fileMustExist: true });
    try {
      const verdict: unknown = db.pragma('integrity_check', { simple: true });
      if (verdict !== 'ok') throw new Error(`it is damaged: ${String(verdict).slice(0, 200)}`);
      const tables = db
        .prepare(`SELECT count(*) AS n FROM sqlite_master WHERE name = '_prisma_migrations'`)
        .pluck()
        .get();
      if (tables !== 1) throw new Error('it is a database, but not of Hubgate');
    } finally {
      db.close();
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HubgateError(
      'config.value',
      `${backup} cannot be restored: ${why}. The database stays as it is; try another backup.`,
      { field: 'file', cause },
    );
  }
}

/** Writes the log into the file and ends it, with nobody else inside: WAL locks tell who is. */
function settle(file: string): void {
  try {
    const db = new Sqlite(file, { fileMustExist: true, timeout: 500 });
    try {
      db.pragma('locking_mode = EXCLUSIVE');
      db.exec('BEGIN EXCLUSIVE; COMMIT');
      db.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      db.close();
    }
  } catch (cause) {
    // A damaged database is what one restores for: only one that is in use stands in the way.
    if (!isBusy(cause)) return;
    throw new HubgateError(
      'start.already-running',
      `Somebody has the database ${file} open. Stop Hubgate and every hubgate command first.`,
      { cause },
    );
  }
}

/** Root restores in production, and the portal's user must open what root wrote. */
function giveToOwnerOf(model: string, file: string): void {
  const { uid, gid } = statSync(model);
  if (process.getuid?.() === 0) chownSync(file, uid, gid);
}

function isBusy(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code);
}

function removeDatabase(file: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(file + end, { force: true });
}
