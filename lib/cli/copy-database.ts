import { chmodSync, closeSync, openSync, rmSync } from 'node:fs';

import { backUpSqlite } from '../db/back-up';
import { sqliteRowCounts, withSnapshot, type RowCounts } from '../db/row-counts';
import type { DatabaseTarget } from '../db/target';
import { dumpPostgresql } from './postgresql-tools';
import { unwritable } from './write-new-file';

/**
 * Copies the portal's database as it is at one instant, while the portal goes on: SQLite by its own
 * backup interface, PostgreSQL by pg_dump. The copy (0600) must not be there yet.
 *
 * @returns the rows of each table in the copy
 * @throws {HubgateError} `config.value` when it cannot be written, `database.unreachable`
 */
export async function copyDatabase(target: DatabaseTarget, copy: string): Promise<RowCounts> {
  try {
    // Made first, so that nobody can read it while it grows.
    closeSync(openSync(copy, 'wx', 0o600));
    if (target.kind === 'sqlite') {
      await backUpSqlite(target.file, copy);
      chmodSync(copy, 0o600);
      return sqliteRowCounts(copy);
    }
    return await withSnapshot(target, (snapshot) => dumpPostgresql(target, copy, snapshot));
  } catch (cause) {
    rmSync(copy, { force: true });
    if (target.kind === 'sqlite') throw unwritable(copy, cause);
    throw cause;
  }
}
