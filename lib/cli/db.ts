import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

import type { Command } from 'commander';

import { migrate } from '../db/migrate';
import { restoreSqlite } from '../db/restore-sqlite';
import { postgresqlRowCounts, sqliteRowCounts, type RowCounts } from '../db/row-counts';
import { databaseTarget } from '../db/target';
import { lockInstance } from '../supervisor/instance-lock';
import { configOf, outputOf } from './context';
import { copyDatabase } from './copy-database';
import { restorePostgresql } from './postgresql-tools';
import { table } from './table';
import { refuseUnusable } from './write-new-file';

/** `hubgate db migrate|status|backup|restore` */
export function register(program: Command): void {
  const db = program.command('db').description("the portal's database");
  db.command('migrate')
    .description('create the database, or bring it to this version')
    .action(async (_options: object, command: Command) => {
      const { config, paths } = configOf(command);
      const report = await migrate(config, paths);
      const done = report.applied.length === 0 ? 'Nothing to do' : `Applied ${report.applied.join(', ')}`;
      outputOf(command).result(report, `${done}: the ${report.kind} database is of this version.`);
    });
  db.command('status').description('which database, and how many rows each of its tables has').action(status);
  db.command('backup <file>').description('write a consistent copy, while the portal runs').action(backup);
  db.command('restore <file>')
    .description('put a backup in the place of the database; only while Hubgate is stopped')
    .action(restore);
}

async function status(_options: object, command: Command): Promise<void> {
  const { config, paths } = configOf(command);
  const target = databaseTarget(config, paths);
  const counts =
    target.kind === 'postgresql'
      ? await postgresqlRowCounts(target)
      : existsSync(target.file)
        ? sqliteRowCounts(target.file)
        : {};
  const rows = Object.entries(counts).map(([name, count]) => [name, String(count)]);
  outputOf(command).result({ kind: target.kind, counts }, table(['TABLE', 'ROWS'], rows));
}

async function backup(file: string, _options: object, command: Command): Promise<void> {
  const { config, paths } = configOf(command);
  const target = databaseTarget(config, paths);
  const copy = resolve(file);
  refuseUnusable(copy);
  const counts = await copyDatabase(target, copy);
  outputOf(command).result({ file: copy, kind: target.kind, counts }, `The database is in ${copy}.`);
}

async function restore(file: string, _options: object, command: Command): Promise<void> {
  const { config, paths } = configOf(command);
  const target = databaseTarget(config, paths);
  const from = resolve(file);
  const lock = await lockInstance(paths.runDir); // a start while this works is refused, too
  try {
    let kept: string | null = null;
    let counts: RowCounts;
    if (target.kind === 'sqlite') {
      const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
      const aside = `${target.file}.before-restore-${stamp}`;
      const done = await restoreSqlite({ backup: from, file: target.file, aside });
      kept = done.kept ? aside : null;
      counts = sqliteRowCounts(target.file);
    } else {
      restorePostgresql(target, from);
      await migrate(config, paths);
      counts = await postgresqlRowCounts(target);
    }
    outputOf(command).result(
      { restored: from, kind: target.kind, kept, counts },
      `The database is the one of ${from} now.` +
        (kept === null ? '' : ` The one before is in ${kept}.`) +
        "\nWhat was issued or revoked since that backup stands in the signer's journal, which stays as it is.",
    );
  } finally {
    lock.close();
  }
}
