import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';

import pg from 'pg';
import { inject } from 'vitest';

import { ConfigSchema, type Config } from '../config/schema';
import { statePaths } from '../config/state-paths';
import { openDatabase, type Database } from '../db/client';
import { migrateTarget } from '../db/migrate';

export type TestDatabase = {
  db: Database;
  /** The `database` section that opens it again. */
  section: Config['database'];
  close: () => Promise<void>;
};

export type DatabaseKind = Database['kind'];

const socketDir = inject('postgresSocketDir') ?? null;

/** The databases that tests run on: `describe.each(DATABASE_KINDS)`. */
export const DATABASE_KINDS: DatabaseKind[] = socketDir === null ? ['sqlite'] : ['sqlite', 'postgresql'];

let sqliteTemplate: Promise<string> | null = null;
let postgresTemplate: Promise<string> | null = null;

/** A migrated, empty database of its own; made by copying one that this worker migrated once. */
export async function testDatabase(kind: DatabaseKind = 'sqlite'): Promise<TestDatabase> {
  return kind === 'sqlite' ? testSqlite() : testPostgresql();
}

async function testSqlite(): Promise<TestDatabase> {
  sqliteTemplate ??= makeSqliteTemplate();
  const folder = mkdtempSync(join(tmpdir(), 'hubgate-db-'));
  const file = join(folder, 'portal.db');
  copyFileSync(await sqliteTemplate, file);
  const section = { url: `file:${file}`, passwordFile: '' };
  const db = await openTestDatabase(section);
  return {
    db,
    section,
    async close() {
      await db.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function makeSqliteTemplate(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'hubgate-template-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'template.db');
  await migrateTarget({ kind: 'sqlite', file });
  return file;
}

async function testPostgresql(): Promise<TestDatabase> {
  postgresTemplate ??= makePostgresTemplate();
  const name = `t_${randomBytes(8).toString('hex')}`;
  await administer(`CREATE DATABASE ${name} TEMPLATE ${await postgresTemplate}`);
  const section = { url: postgresUrl(name), passwordFile: '' };
  const db = await openTestDatabase(section);
  return {
    db,
    section,
    async close() {
      await db.close();
      await administer(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function makePostgresTemplate(): Promise<string> {
  const name = `template_${randomBytes(8).toString('hex')}`;
  await administer(`CREATE DATABASE ${name}`);
  await migrateTarget({ kind: 'postgresql', url: postgresUrl(name), password: null });
  return name;
}

/** An empty, unmigrated PostgreSQL database of the private cluster. */
export async function emptyPostgresql(): Promise<string> {
  const name = `e_${randomBytes(8).toString('hex')}`;
  await administer(`CREATE DATABASE ${name}`);
  return postgresUrl(name);
}

function postgresUrl(name: string): string {
  return `postgresql://hubgate@/${name}?host=${socketDir ?? ''}`;
}

async function administer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl('postgres') });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Opens such a database once more, as another process would. */
export async function openTestDatabase(section: Config['database']): Promise<Database> {
  const config = ConfigSchema.parse({ database: section });
  return openDatabase(
    config,
    statePaths(config, tmpdir(), () => false),
  );
}
