import { readFileSync, readdirSync, mkdtempSync, rmSync, cpSync, appendFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { ConfigSchema } from '../config/schema';
import { statePaths } from '../config/state-paths';
import { DATABASE_KINDS, emptyPostgresql } from '../testing/database';
import { listBlockedKeyRows } from './blocked-keys';
import { openDatabase } from './client';
import { KNOWN_MIGRATIONS } from './known-migrations';
import { migrateTarget } from './migrate';
import { openMigrationConnection } from './migration-connection';
import type { DatabaseTarget } from './target';

const PRISMA = new URL('../../prisma/', import.meta.url).pathname;
const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hubgate-migrate-'));
  folders.push(folder);
  return folder;
}

async function emptyTarget(kind: DatabaseTarget['kind']): Promise<DatabaseTarget> {
  return kind === 'sqlite'
    ? { kind, file: join(temporary(), 'state', 'portal.db') }
    : { kind, url: await emptyPostgresql(), password: null };
}

function open(target: DatabaseTarget) {
  const url = target.kind === 'sqlite' ? `file:${target.file}` : target.url;
  const config = ConfigSchema.parse({ database: { url } });
  return openDatabase(
    config,
    statePaths(config, '/nowhere', () => false),
  );
}

type Schema = Record<string, { columns: Record<string, string>; unique: string[]; indexes: string[] }>;

/** What models.prisma says, read as text: Prisma's own engine may not be downloadable. */
function modelsSchema(): Schema {
  const text = readFileSync(join(PRISMA, 'models.prisma'), 'utf8');
  const blocks = [...text.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)];
  const names = new Set(blocks.map((block) => block[1]));
  const schema: Schema = {};
  for (const [, table = '', body = ''] of blocks) {
    const columns: Record<string, string> = {};
    const unique: string[] = [];
    const indexes: string[] = [];
    for (const raw of body.split('\n')) {
      const line = raw.replace(/\/\/.*/, '').trim();
      const block = /^@@(\w+)\(\[([^\]]*)\]/.exec(line);
      if (block) {
        const fields = (block[2] ?? '').replaceAll(' ', '');
        (block[1] === 'index' ? indexes : unique).push(fields);
        continue;
      }
      const field = /^(\w+)\s+(\w+)(\[\])?(\?)?(.*)$/.exec(line);
      if (!field || names.has(field[2])) continue;
      const [, name = '', type = '', , optional, rest = ''] = field;
      columns[name] = `${type}${optional ?? ''}`;
      if (/@id|@unique/.test(rest)) unique.push(name);
    }
    schema[table] = { columns, unique: unique.sort(), indexes: indexes.sort() };
  }
  return schema;
}

const TYPES: Record<string, string> = {
  TEXT: 'String',
  INTEGER: 'Int',
  BOOLEAN: 'Boolean',
  DATETIME: 'DateTime',
  BLOB: 'Bytes',
  text: 'String',
  integer: 'Int',
  boolean: 'Boolean',
  'timestamp without time zone': 'DateTime',
  bytea: 'Bytes',
};

async function sqliteSchema(rows: (sql: string) => Promise<Record<string, unknown>[]>): Promise<Schema> {
  const schema: Schema = {};
  const tables = await rows(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'`,
  );
  for (const table of tables.map((row) => String(row['name']))) {
    const columns: Record<string, string> = {};
    for (const row of await rows(`PRAGMA table_info("${table}")`)) {
      columns[String(row['name'])] = `${TYPES[String(row['type'])]}${row['notnull'] ? '' : '?'}`;
    }
    const unique: string[] = [];
    const indexes: string[] = [];
    for (const row of await rows(`PRAGMA index_list("${table}")`)) {
      const parts = await rows(`PRAGMA index_info("${String(row['name'])}")`);
      (row['unique'] ? unique : indexes).push(parts.map((part) => String(part['name'])).join(','));
    }
    // An INTEGER PRIMARY KEY is the row id itself and has no index.
    const key = (await rows(`PRAGMA table_info("${table}")`)).filter((row) => row['pk']);
    if (key.length === 1 && key[0]?.['type'] === 'INTEGER') unique.push(String(key[0]['name']));
    schema[table] = { columns, unique: unique.sort(), indexes: indexes.sort() };
  }
  return schema;
}

async function postgresSchema(rows: (sql: string) => Promise<Record<string, unknown>[]>): Promise<Schema> {
  const schema: Schema = {};
  const columns = await rows(
    `SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name NOT LIKE '\\_%'`,
  );
  for (const row of columns) {
    const table = (schema[String(row['table_name'])] ??= { columns: {}, unique: [], indexes: [] });
    table.columns[String(row['column_name'])] =
      `${TYPES[String(row['data_type'])]}${row['is_nullable'] === 'YES' ? '?' : ''}`;
  }
  const indexes = await rows(
    `SELECT t.relname AS "table", i.indisunique AS "unique",
       (SELECT string_agg(a.attname, ',' ORDER BY k.at) FROM unnest(i.indkey) WITH ORDINALITY AS k(number, at)
         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number) AS fields
     FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
     WHERE n.nspname = 'public' AND t.relname NOT LIKE '\\_%'`,
  );
  for (const row of indexes) {
    const table = schema[String(row['table'])];
    (row['unique'] ? table?.unique : table?.indexes)?.push(String(row['fields']));
  }
  for (const table of Object.values(schema)) {
    table.unique.sort();
    table.indexes.sort();
  }
  return schema;
}

describe.each(DATABASE_KINDS)('migrations on %s', (kind) => {
  it('make exactly the tables, columns and indexes of models.prisma', async () => {
    const target = await emptyTarget(kind);
    expect(await migrateTarget(target)).toEqual({ kind, applied: [...KNOWN_MIGRATIONS], already: [] });
    const connection = await openMigrationConnection(target);
    const read = kind === 'sqlite' ? sqliteSchema : postgresSchema;
    expect(await read(connection.rows)).toEqual(modelsSchema());
    await connection.close();
  });

  it('are listed in code as they lie in the folder', () => {
    const folder = join(PRISMA, kind, 'migrations');
    expect(
      readdirSync(folder)
        .filter((name) => /^\d/.test(name))
        .sort(),
    ).toEqual([...KNOWN_MIGRATIONS]);
  });

  it('are applied once, also by several processes at the same time', async () => {
    const target = await emptyTarget(kind);
    if (kind === 'postgresql') {
      const reports = await Promise.all([
        migrateTarget(target),
        migrateTarget(target),
        migrateTarget(target),
      ]);
      expect(reports.flatMap((report) => report.applied)).toEqual([...KNOWN_MIGRATIONS]);
    } else await migrateTarget(target);
    expect(await migrateTarget(target)).toEqual({ kind, applied: [], already: [...KNOWN_MIGRATIONS] });
  });

  it('refuse a file that was edited after it had been applied', async () => {
    const target = await emptyTarget(kind);
    await migrateTarget(target);
    const copy = join(temporary(), 'migrations');
    cpSync(join(PRISMA, kind, 'migrations'), copy, { recursive: true });
    appendFileSync(join(copy, KNOWN_MIGRATIONS[0], 'migration.sql'), '-- edited\n');
    await expect(migrateTarget(target, copy)).rejects.toMatchObject({ code: 'database.changed-migration' });
  });

  it('refuse a database of a newer version, and so does opening it', async () => {
    const target = await emptyTarget(kind);
    await migrateTarget(target);
    const connection = await openMigrationConnection(target);
    await connection.run(
      `INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "finished_at")
       VALUES ('x', 'x', '29990101000000_future', CURRENT_TIMESTAMP)`,
    );
    await connection.close();
    await expect(migrateTarget(target)).rejects.toMatchObject({ code: 'database.newer' });
    await expect(open(target)).rejects.toMatchObject({ code: 'database.newer' });
  });

  it('leave nothing behind when one fails', async () => {
    const target = await emptyTarget(kind);
    const copy = join(temporary(), 'migrations');
    cpSync(join(PRISMA, kind, 'migrations'), copy, { recursive: true });
    appendFileSync(join(copy, KNOWN_MIGRATIONS[0], 'migration.sql'), 'CREATE TABLE broken (;\n');
    await expect(migrateTarget(target, copy)).rejects.toThrow();
    expect((await migrateTarget(target)).applied).toEqual([...KNOWN_MIGRATIONS]);
  });
});

it.each(DATABASE_KINDS)(
  'keys of certificates that were revoked for it are blocked from the beginning, on %s',
  async (kind) => {
    const target = await emptyTarget(kind);
    await migrateTarget(target);
    const connection = await openMigrationConnection(target);
    const at = (day: number) => `'2026-01-0${day} 00:00:00.000'`;
    const blob = kind === 'sqlite' ? "x'00'" : "'\\x00'";
    for (const [serial, key, reason] of [
      ['01', 'k1', "'keyCompromise'"],
      ['02', 'k1', "'keyCompromise'"],
      ['03', 'k2', "'superseded'"],
      ['04', 'k3', 'NULL'],
    ]) {
      await connection.run(
        `INSERT INTO "Certificate" ("serial", "state", "profile", "commonName", "subject", "spkiSha256",
         "fingerprintSha256", "keyLabel", "der", "notBefore", "notAfter", "createdAt", "revokedAt", "revocationReason")
       VALUES ('${serial}', 'REVOKED', 'user', 'a', 'CN=a', '${key}', 'f', 'P-256', ${blob}, ${at(1)}, ${at(9)},
         ${at(1)}, ${at(Number(serial))}, ${reason})`,
      );
    }
    // As it was before this migration.
    await connection.run('DROP TABLE "BlockedKey"');
    await connection.run(`DELETE FROM "_prisma_migrations" WHERE "migration_name" LIKE '%_blocked_keys'`);
    await connection.close();
    await migrateTarget(target);
    const database = await open(target);
    expect(await listBlockedKeyRows(database, { limit: 9 })).toMatchObject([
      { spkiSha256: 'k1', serial: '01', reason: 'keyCompromise', blockedBy: 'system:migration' },
    ]);
    await database.close();
  },
);

it('a database that is not there is unreachable, and says where it was looked for', async () => {
  const file = join(temporary(), 'absent.db');
  await expect(open({ kind: 'sqlite', file })).rejects.toMatchObject({
    code: 'database.unreachable',
    message: expect.stringContaining(file),
  });
  await expect(
    open({ kind: 'postgresql', url: 'postgresql://x:secret@127.0.0.1:1/none', password: null }),
  ).rejects.toMatchObject({ code: 'database.unreachable', message: expect.not.stringContaining('secret') });
});

it('the SQLite file is its owner’s alone and in WAL mode', async () => {
  const target = await emptyTarget('sqlite');
  if (target.kind !== 'sqlite') return;
  await migrateTarget(target);
  expect(statSync(target.file).mode & 0o777).toBe(0o600);
  const connection = await openMigrationConnection(target);
  expect(await connection.rows('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
  await connection.close();
});
