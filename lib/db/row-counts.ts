import Sqlite from 'better-sqlite3';

import { unreachable } from './client';
import { openMigrationConnection, type MigrationConnection } from './migration-connection';
import type { DatabaseTarget } from './target';

/** Rows of each table of the portal's database. */
export type RowCounts = Record<string, number>;

type Postgresql = Extract<DatabaseTarget, { kind: 'postgresql' }>;

/** Rows of each table of an SQLite file that nobody writes to. */
export function sqliteRowCounts(file: string): RowCounts {
  const db = new Sqlite(file, { readonly: true, fileMustExist: true });
  try {
    const names = db
      .prepare(
        `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name`,
      )
      .pluck()
      .all() as string[];
    return Object.fromEntries(
      names.map((name) => [name, db.prepare(`SELECT count(*) FROM "${name}"`).pluck().get() as number]),
    );
  } finally {
    db.close();
  }
}

/** Rows of each table of a PostgreSQL database; empty when it has none. @throws `database.unreachable` */
export async function postgresqlRowCounts(target: Postgresql): Promise<RowCounts> {
  const connection = await connect(target);
  try {
    return await countTables(connection);
  } finally {
    await connection.close();
  }
}

/**
 * Counts in a snapshot that `use` sees too, while others go on writing: the counts are of exactly what
 * `pg_dump --snapshot` copies (PostgreSQL manual, "Snapshot Synchronization Functions").
 *
 * @throws {HubgateError} `database.unreachable`; whatever `use` throws
 */
export async function withSnapshot(target: Postgresql, use: (snapshot: string) => void): Promise<RowCounts> {
  const connection = await connect(target);
  try {
    await connection.run('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const [row] = await connection.rows('SELECT pg_export_snapshot() AS id');
    const counts = await countTables(connection);
    use(String(row?.['id']));
    await connection.run('COMMIT');
    return counts;
  } finally {
    await connection.close();
  }
}

async function countTables(connection: MigrationConnection): Promise<RowCounts> {
  const tables = await connection.rows(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename`,
  );
  const counts: RowCounts = {};
  for (const { name } of tables) {
    const [row] = await connection.rows(`SELECT count(*) AS n FROM "${String(name)}"`);
    counts[String(name)] = Number(row?.['n']);
  }
  return counts;
}

async function connect(target: Postgresql): Promise<MigrationConnection> {
  try {
    return await openMigrationConnection(target);
  } catch (error) {
    throw unreachable(target, error);
  }
}
