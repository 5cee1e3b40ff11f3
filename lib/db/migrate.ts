import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Config } from '../config/schema';
import type { StatePaths } from '../config/state-paths';
import { HubgateError } from '../errors';
import { refuseNewer, unreachable } from './client';
import { KNOWN_MIGRATIONS } from './known-migrations';
import { openMigrationConnection, type MigrationConnection } from './migration-connection';
import { databaseTarget, type DatabaseTarget } from './target';

/** The table in which Prisma's own tools look: a centre that has its engines may use them. */
const MIGRATIONS_TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id" VARCHAR(36) PRIMARY KEY NOT NULL,
    "checksum" VARCHAR(64) NOT NULL,
    "finished_at" TIMESTAMP NULL,
    "migration_name" VARCHAR(255) NOT NULL,
    "logs" TEXT NULL,
    "rolled_back_at" TIMESTAMP NULL,
    "started_at" TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`;

export type MigrationReport = { kind: DatabaseTarget['kind']; applied: string[]; already: string[] };

/**
 * Brings the database to this version: applies the SQL files that it lacks, oldest first, each in
 * one transaction with its row in `_prisma_migrations`. Creates the SQLite file (0600) and sets WAL,
 * which stays in the file. Several processes may run it at once; one works, the others then find
 * nothing to do.
 *
 * @throws {HubgateError} `database.changed-migration` when an applied file has been edited since,
 *   `database.newer` when the database knows a migration that this version does not,
 *   `database.unreachable`
 */
export async function migrate(config: Config, paths: StatePaths): Promise<MigrationReport> {
  return migrateTarget(databaseTarget(config, paths));
}

/** The same for a database that is already told apart; `folder` is another one only in tests. */
export async function migrateTarget(
  target: DatabaseTarget,
  folder: string = migrationsFolder(target.kind),
): Promise<MigrationReport> {
  let connection: MigrationConnection;
  try {
    if (target.kind === 'sqlite') mkdirSync(dirname(target.file), { recursive: true, mode: 0o700 });
    connection = await openMigrationConnection(target);
  } catch (error) {
    throw unreachable(target, error);
  }
  try {
    return await connection.exclusively(() => applyMissing(connection, target.kind, folder));
  } finally {
    await connection.close();
  }
}

async function applyMissing(
  connection: MigrationConnection,
  kind: DatabaseTarget['kind'],
  folder: string,
): Promise<MigrationReport> {
  await connection.run(MIGRATIONS_TABLE);
  const rows = await connection.rows(
    'SELECT "migration_name", "checksum" FROM "_prisma_migrations" WHERE "finished_at" IS NOT NULL',
  );
  const recorded = new Map(rows.map((row) => [String(row['migration_name']), String(row['checksum'])]));
  refuseNewer([...recorded.keys()]);

  const report: MigrationReport = { kind, applied: [], already: [] };
  for (const name of KNOWN_MIGRATIONS) {
    const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8');
    const checksum = createHash('sha256').update(sql).digest('hex');
    const before = recorded.get(name);
    if (before === undefined) {
      await connection.run(sql);
      await connection.run(
        'INSERT INTO "_prisma_migrations" ' +
          '("id", "checksum", "migration_name", "finished_at", "applied_steps_count") ' +
          `VALUES ('${randomUUID()}', '${checksum}', '${name}', CURRENT_TIMESTAMP, 1)`,
      );
      report.applied.push(name);
    } else if (before === checksum) {
      report.already.push(name);
    } else {
      throw new HubgateError(
        'database.changed-migration',
        `The migration ${name} was edited after it had been applied to this database. Restore the file ` +
          'from the release.',
        { params: { migration: name } },
      );
    }
  }
  return report;
}

/** prisma/<database>/migrations, found from this file upwards: it runs from lib/ and bundled in dist/. */
function migrationsFolder(kind: DatabaseTarget['kind']): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = join(folder, 'prisma', kind, 'migrations');
    if (existsSync(candidate)) return candidate;
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`prisma/${kind}/migrations is missing beside the program`);
    folder = parent;
  }
}
