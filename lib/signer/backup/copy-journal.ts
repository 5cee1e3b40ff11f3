import { closeSync, openSync } from 'node:fs';

import Database from 'better-sqlite3';

import { HubgateError } from '../../errors';

/** Rows of each table. */
export type TableCounts = Record<string, number>;

/**
 * Copies the journal as it is at one instant, while a signer goes on writing: one read transaction,
 * by a connection of its own (SQLite, "VACUUM INTO"). SQLite's page-by-page backup would begin anew
 * with every batch that is signed meanwhile.
 *
 * @param copy must not be there yet; 0600
 * @returns the rows of each table in the copy, which was checked whole
 * @throws {HubgateError} `ca.backup` when the journal is damaged
 */
export function copyJournal(journal: string, copy: string): TableCounts {
  // Made first, so that nobody can read it while it grows; VACUUM INTO takes an empty file.
  closeSync(openSync(copy, 'wx', 0o600));
  const db = new Database(journal, { readonly: true, fileMustExist: true, timeout: 30_000 });
  try {
    db.prepare('VACUUM INTO ?').run(copy);
  } catch (cause) {
    throw damaged(journal, cause);
  } finally {
    db.close();
  }
  return checkJournal(copy, journal);
}

/**
 * Looks at every page of a journal that nobody writes to.
 *
 * @param name how errors call it
 * @throws {HubgateError} `ca.backup` when it is damaged
 */
export function checkJournal(file: string, name: string): TableCounts {
  const db = new Database(file, { readonly: true, fileMustExist: true });
  try {
    const verdict: unknown = db.pragma('integrity_check', { simple: true });
    if (verdict !== 'ok') throw new Error(String(verdict).slice(0, 200));
    const names = db
      .prepare(
        `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name`,
      )
      .pluck()
      .all() as string[];
    return Object.fromEntries(
      names.map((table) => [table, db.prepare(`SELECT count(*) FROM "${table}"`).pluck().get() as number]),
    );
  } catch (cause) {
    throw damaged(name, cause);
  } finally {
    db.close();
  }
}

function damaged(name: string, cause: unknown): HubgateError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new HubgateError('ca.backup', `The journal ${name} cannot be copied: ${why}.`, {
    params: { file: name },
    cause,
  });
}
