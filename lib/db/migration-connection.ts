import { closeSync, openSync } from 'node:fs';

import Sqlite from 'better-sqlite3';
import pg from 'pg';

import type { DatabaseTarget } from './target';

/** Plain SQL without Prisma, whose engine for scripts is a download that many centres cannot reach. */
export type MigrationConnection = {
  run: (sql: string) => Promise<void>;
  rows: (sql: string) => Promise<Record<string, unknown>[]>;
  /** One transaction that no other process's migration enters. */
  exclusively: <T>(work: () => Promise<T>) => Promise<T>;
  close: () => Promise<void>;
};

/** Any number; PostgreSQL's advisory locks are shared by convention only. */
const ADVISORY_LOCK = 7_202_611_23;

/** Connects; for SQLite makes the file, readable by its owner only, and switches it to WAL. */
export async function openMigrationConnection(target: DatabaseTarget): Promise<MigrationConnection> {
  return target.kind === 'sqlite' ? openSqlite(target.file) : openPostgresql(target);
}

async function openSqlite(file: string): Promise<MigrationConnection> {
  closeSync(openSync(file, 'a', 0o600));
  const db = new Sqlite(file, { timeout: 30_000 });
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  return {
    run: async (sql) => void db.exec(sql),
    rows: async (sql) => db.prepare<[], Record<string, unknown>>(sql).all(),
    async exclusively(work) {
      db.exec('BEGIN IMMEDIATE');
      try {
        const result = await work();
        db.exec('COMMIT');
        return result;
      } catch (error) {
        if (db.inTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
    close: async () => void db.close(),
  };
}

async function openPostgresql(
  target: Extract<DatabaseTarget, { kind: 'postgresql' }>,
): Promise<MigrationConnection> {
  const client = new pg.Client({
    connectionString: target.url,
    ...(target.password === null ? {} : { password: target.password }),
    connectionTimeoutMillis: 10_000,
  });
  await client.connect();
  return {
    run: async (sql) => void (await client.query(sql)),
    rows: async (sql) => (await client.query<Record<string, unknown>>(sql)).rows,
    async exclusively(work) {
      await client.query('BEGIN');
      try {
        await client.query(`SELECT pg_advisory_xact_lock(${ADVISORY_LOCK})`);
        const result = await work();
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      }
    },
    close: () => client.end(),
  };
}
