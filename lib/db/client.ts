import { existsSync } from 'node:fs';

import { PrismaPg } from '@prisma/adapter-pg';

import type { Config } from '../config/schema';
import type { StatePaths } from '../config/state-paths';
import { HubgateError } from '../errors';
import { PrismaClient as PostgresqlClient } from './generated/postgresql/client';
import { PrismaClient as SqliteClient, type Prisma } from './generated/sqlite/client';
import { KNOWN_MIGRATIONS } from './known-migrations';
import { SqliteAdapterFactory } from './sqlite-adapter';
import { databaseTarget, type DatabaseTarget } from './target';

/** What queries run on: the database, or a transaction of it. */
export type Queries = {
  readonly kind: DatabaseTarget['kind'];
  readonly prisma: Prisma.TransactionClient;
};

/** A transaction (lib/db/in-transaction.ts). Functions that write several rows ask for one. */
export type Tx = Queries & { readonly inTransaction: true };

/**
 * The portal's database. Opaque to everybody outside lib/db: ask the query functions of its tables.
 *
 * The clients of both databases are generated from one models file. They differ in types that the
 * portal does not use (case-insensitive filters, `skipDuplicates`), so SQLite's, the narrower, stand
 * for both; the suite runs every query on both.
 */
export type Database = Queries & {
  readonly prisma: InstanceType<typeof SqliteClient>;
  readonly close: () => Promise<void>;
};

/** A batch of 200 certificates is far below this; a hung disk is far above. */
const TRANSACTION_LIMITS = { maxWait: 10_000, timeout: 20_000 };

/**
 * Opens the database. Creates and migrates nothing: lib/db/migrate.ts does, before.
 *
 * @throws {HubgateError} `database.unreachable` when it is not there or nobody answers,
 *   `database.newer` when a later version of Hubgate has migrated it
 */
export async function openDatabase(config: Config, paths: StatePaths): Promise<Database> {
  const target = databaseTarget(config, paths);
  const prisma = makeClient(target);
  try {
    const applied = await prisma.$queryRawUnsafe<{ migration_name: string }[]>(
      'SELECT "migration_name" FROM "_prisma_migrations" WHERE "finished_at" IS NOT NULL',
    );
    refuseNewer(applied.map((row) => row.migration_name));
  } catch (error) {
    await prisma.$disconnect();
    if (error instanceof HubgateError) throw error;
    throw unreachable(target, error);
  }
  return { kind: target.kind, prisma, close: () => prisma.$disconnect() };
}

/** @throws {HubgateError} `database.newer` when one of these migrations is not of this version */
export function refuseNewer(applied: readonly string[]): void {
  const unknown = applied.find((name) => !(KNOWN_MIGRATIONS as readonly string[]).includes(name));
  if (unknown === undefined) return;
  throw new HubgateError(
    'database.newer',
    `The database was migrated by a newer Hubgate (${unknown}). Start that version, or restore a backup ` +
      'from before the upgrade.',
    { params: { migration: unknown } },
  );
}

/** `database.unreachable` with what to do about it. */
export function unreachable(target: DatabaseTarget, cause: unknown): HubgateError {
  const detail = cause instanceof Error ? (cause.message.trim().split('\n').at(-1) ?? '') : String(cause);
  const where = target.kind === 'sqlite' ? target.file : target.url.replace(/:[^:@/]*@/, ':…@');
  return new HubgateError(
    'database.unreachable',
    `The database ${where} cannot be used: ${detail}. Check database.url, that the server runs, and ` +
      '`hubgate db migrate`.',
    { params: { database: where }, cause },
  );
}

function makeClient(target: DatabaseTarget): InstanceType<typeof SqliteClient> {
  if (target.kind === 'sqlite') {
    if (!existsSync(target.file)) throw unreachable(target, new Error('the file does not exist'));
    return new SqliteClient({
      adapter: new SqliteAdapterFactory(target.file),
      transactionOptions: TRANSACTION_LIMITS,
    });
  }
  const adapter = new PrismaPg(
    {
      connectionString: target.url,
      ...(target.password === null ? {} : { password: target.password }),
      max: 10,
      connectionTimeoutMillis: 5000,
    },
    // A server that goes away ends idle connections; the next query opens new ones or reports it.
    { onPoolError: () => undefined, onConnectionError: () => undefined },
  );
  const client = new PostgresqlClient({ adapter, transactionOptions: TRANSACTION_LIMITS });
  return client as unknown as InstanceType<typeof SqliteClient>;
}
