import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import type { Command } from 'commander';

import { backUpSqlite } from '../db/back-up';
import { migrate } from '../db/migrate';
import { databaseTarget } from '../db/target';
import { HubgateError } from '../errors';
import { configOf, outputOf } from './context';

/** `hubgate db migrate|backup` */
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
  db.command('backup <file>')
    .description('write a consistent copy, while the portal runs')
    .action(async (file: string, _options: object, command: Command) => {
      const { config, paths } = configOf(command);
      const target = databaseTarget(config, paths);
      const copy = resolve(file);
      if (existsSync(copy)) {
        throw new HubgateError('config.value', `${copy} exists already. Name a new file.`, { field: 'file' });
      }
      if (target.kind === 'sqlite') await backUpSqlite(target.file, copy);
      else dumpPostgresql(target, copy);
      chmodSync(copy, 0o600);
      outputOf(command).result({ file: copy, kind: target.kind }, `The database is in ${copy}.`);
    });
}

/** pg_dump is the tool that PostgreSQL's own operators trust; restore with pg_restore. */
function dumpPostgresql(target: { url: string; password: string | null }, copy: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'hubgate-backup-'));
  try {
    const { status, stderr, error } = spawnSync(
      'pg_dump',
      ['--format=custom', `--file=${copy}`, `--dbname=${withPassFile(target, folder)}`],
      { encoding: 'utf8' },
    );
    if (status === 0) return;
    throw new HubgateError(
      'database.unreachable',
      `pg_dump failed: ${error?.message ?? stderr.trim()}. Install postgresql-client, or run pg_dump on the ` +
        'database server.',
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The password goes by a file, since every user of the host can read command lines. */
function withPassFile(target: { url: string; password: string | null }, folder: string): string {
  if (target.password === null) return target.url;
  const file = join(folder, 'pgpass');
  writeFileSync(file, `*:*:*:*:${target.password.replace(/[\\:]/g, '\\$&')}\n`, { mode: 0o600 });
  return `${target.url}${target.url.includes('?') ? '&' : '?'}passfile=${encodeURIComponent(file)}`;
}
