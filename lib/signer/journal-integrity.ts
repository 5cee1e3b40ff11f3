import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import Database from 'better-sqlite3';

import { HubgateError } from '../errors';

/**
 * A whole journal up to this size is checked before the signer answers (half a second at most);
 * a larger one is checked on a thread while the signer works already.
 */
const CHECK_AT_ONCE_BYTES = 64 * 1024 * 1024;

/** Where `hubgate ca backup` puts its files unless it is told otherwise. */
export const BACKUPS_DIR = 'backups';

/** True for what SQLite says when a page is not what it must be. */
export function isDamage(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT');
}

/** What people are told, with the backup to restore when one is to be seen. */
export function damagedError(file: string, why: string, cause?: unknown): HubgateError {
  const backup = newestBackup(file);
  return new HubgateError(
    'signer.journal-damaged',
    `The signer's journal ${file} is damaged (${why}). Nothing is signed with it. ` +
      (backup === null
        ? `Restore it from a backup (there is none in ${join(dirname(file), BACKUPS_DIR)}).`
        : `Restore the newest backup: ${backup}`),
    { params: { file, backup: backup ?? '' }, cause },
  );
}

/** The youngest `backups/*.hgbackup` beside the journal, or null. */
export function newestBackup(file: string): string | null {
  const folder = join(dirname(file), BACKUPS_DIR);
  try {
    const found = readdirSync(folder)
      .filter((name) => name.endsWith('.hgbackup'))
      .map((name) => join(folder, name))
      .map((path) => ({ path, at: statSync(path).mtimeMs }))
      .sort((a, b) => b.at - a.at);
    return found[0]?.path ?? null;
  } catch {
    return null; // no such folder, or not ours to read
  }
}

/** Found damaged by a thread: the next start looks before it answers. */
const suspectFile = (file: string): string => `${file}.suspect`;

export function markSuspect(file: string): void {
  writeFileSync(suspectFile(file), '', { mode: 0o600 });
}

/**
 * A journal is begun by the ceremony alone. SQLite would begin a new one in place of one that is gone or
 * empty (and throw the log beside it away): it would know nothing of what was issued and revoked.
 *
 * @throws {HubgateError} `signer.journal-damaged` when the file is not there, or nothing is in it
 */
export function checkBegun(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw damagedError(file, 'it is not there');
  if (size === 0) throw damagedError(file, 'it is empty');
}

/**
 * What can be said of the file before SQLite opens it.
 *
 * @throws {HubgateError} `signer.journal-damaged` when it is shorter than its own header says
 */
export function checkLength(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  // With a log beside it the header may be ahead of the file, or the file of the header.
  if (size === 0 || (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) return;
  const header = Buffer.alloc(100);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, header, 0, header.length, 0);
  } finally {
    closeSync(descriptor);
  }
  if (!header.toString('latin1').startsWith('SQLite format 3\0'))
    throw damagedError(file, 'its beginning is not there');
  // https://sqlite.org/fileformat2.html sections 1.3.2 and 1.3.8; a page size of 1 means 65,536.
  const pageSize = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
  const pages = header.readUInt32BE(28);
  if (size < pages * pageSize) throw damagedError(file, `it ends after ${size} of ${pages * pageSize} bytes`);
}

/**
 * What must hold between the journal's tables, by keys alone; a small file, or one that a thread
 * found damaged, is read whole.
 *
 * @throws {HubgateError} `signer.journal-damaged`
 */
export function checkStructure(db: Database.Database, file: string): void {
  const [meta, ...more] = db.prepare('SELECT issued, revoked FROM meta').all() as {
    issued: number;
    revoked: number;
  }[];
  if (!meta || more.length > 0) throw damagedError(file, 'its own description is missing');
  // Nothing is ever deleted there: the greatest number is the count.
  const { last } = db.prepare('SELECT coalesce(max(number), 0) AS last FROM certificates').get() as {
    last: number;
  };
  if (last !== meta.issued) {
    throw damagedError(file, `it counts ${meta.issued} certificates and holds ${last}`);
  }
  const bytes =
    Number(db.pragma('page_count', { simple: true })) * Number(db.pragma('page_size', { simple: true }));
  const suspect = existsSync(suspectFile(file));
  if (bytes > CHECK_AT_ONCE_BYTES && !suspect) return;
  const why = quickCheck(db);
  if (why !== null) throw damagedError(file, why);
  rmSync(suspectFile(file), { force: true });
}

/** True when checkStructure() left most of the file unread. */
export function needsThread(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > CHECK_AT_ONCE_BYTES;
}

/** Null when every page is what it must be; otherwise the first thing that is not. */
export function quickCheck(db: Database.Database): string | null {
  try {
    const said = String(db.pragma('quick_check(1)', { simple: true }));
    return said === 'ok' ? null : said.slice(0, 200);
  } catch (error) {
    if (!isDamage(error)) throw error;
    return error instanceof Error ? error.message : 'it cannot be read';
  }
}

export type CheckTask = { task: 'check'; file: string };

/** Reads the whole file on a thread. */
export function checkWhole({ file }: CheckTask): { why: string | null } {
  try {
    const db = new Database(file, { readonly: true, timeout: 5000 });
    try {
      return { why: quickCheck(db) };
    } finally {
      db.close();
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    return { why: error instanceof Error ? error.message : 'it cannot be read' };
  }
}
