import { chmodSync, existsSync, realpathSync } from 'node:fs';

import Database from 'better-sqlite3';

import { HubgateError } from '../errors';
import { checkLength, checkStructure, damagedError, isDamage } from './journal-integrity';
import { migrateJournal } from './journal-schema';

/** The journal's file, held by this process alone for writing. */
export type JournalFile = {
  readonly db: Database.Database;
  /**
   * One transaction, on disk when it returns; it raises the journal's sequence. `at` is its time for
   * the clock's check, when it has one.
   *
   * @throws {HubgateError} `start.disk-full`; nothing of the change stays
   */
  readonly durable: <T>(change: () => T, at?: Date) => T;
  readonly close: () => void;
};

/**
 * Opens or makes the file, and brings it to this version's schema.
 *
 * Writers are kept apart by a lock beside it, not by SQLite's exclusive mode: that would shut out
 * threads of our own, which read for long lists and second looks.
 *
 * @throws {HubgateError} `start.already-running` when another process holds it, `database.newer`,
 *   `signer.journal-damaged`, `ca.file` for another kind of database, `start.disk-full`
 */
export function openJournalFile(file: string): JournalFile {
  const lock = takeLock(file);
  try {
    const db = open(file);
    const tick = db.prepare(
      'UPDATE meta SET sequence = sequence + 1, last_at = max(last_at, ?) WHERE one = 1',
    );
    return {
      db,
      durable: (change, at) =>
        whenRoom(file, () =>
          db
            .transaction(() => {
              tick.run(at?.getTime() ?? 0);
              return change();
            })
            .immediate(),
        ),
      close() {
        db.close();
        lock.close();
      },
    };
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** An empty SQLite file in an exclusive transaction: the kernel lets go of it however the process ends. */
function takeLock(file: string): Database.Database {
  // By its real name: two paths to one journal must meet at one lock.
  const path = `${existsSync(file) ? realpathSync(file) : file}.lock`;
  const lock = new Database(path, { timeout: 500 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    chmodSync(path, 0o600);
    return lock;
  } catch (error) {
    lock.close();
    throw isBusy(error) ? alreadyHeld(file, error) : error;
  }
}

function open(file: string): Database.Database {
  checkLength(file);
  const db = new Database(file, { timeout: 500 });
  try {
    chmodSync(file, 0o600);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    db.pragma('trusted_schema = OFF');
    db.pragma('cache_size = -16000');
    whenRoom(file, () => migrateJournal(db, file));
    checkStructure(db, file);
    return db;
  } catch (error) {
    db.close();
    if (isBusy(error)) throw alreadyHeld(file, error);
    throw isDamage(error) ? damagedError(file, 'it cannot be read', error) : error;
  }
}

const isBusy = (error: unknown): boolean => /^SQLITE_(?:BUSY|LOCKED)/.test(sqliteCode(error));

function alreadyHeld(file: string, cause: unknown): HubgateError {
  return new HubgateError(
    'start.already-running',
    `Another signer holds the journal ${file}. Stop it first: two signers must never write one journal.`,
    { params: { file }, cause },
  );
}

const sqliteCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** SQLite rolls a transaction back when the disk is full, so saying so is all that remains to be done. */
function whenRoom<T>(file: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const code = sqliteCode(error);
    if (code === 'SQLITE_FULL' || code.startsWith('SQLITE_IOERR_WRITE') || code === 'ENOSPC') {
      throw new HubgateError(
        'start.disk-full',
        `There is no room on the disk of the signer's journal (${file}). Nothing was signed or lost: ` +
          'make room, then sign again.',
        { params: { file }, cause: error },
      );
    }
    throw error;
  }
}
