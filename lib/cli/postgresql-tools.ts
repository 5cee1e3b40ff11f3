import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { refuseNewer } from '../db/client';
import { HubgateError } from '../errors';

type Target = { url: string; password: string | null };

/**
 * pg_dump is the tool that PostgreSQL's own operators trust.
 *
 * @param snapshot of another connection, whose view of the data is copied; null: its own
 */
export function dumpPostgresql(target: Target, copy: string, snapshot: string | null = null): void {
  const seen = snapshot === null ? [] : [`--snapshot=${snapshot}`];
  withDatabase(target, (url) =>
    run('pg_dump', ['--format=custom', ...seen, `--file=${copy}`, `--dbname=${url}`]),
  );
}

/**
 * Puts a backup of `dumpPostgresql` in the place of what is there, wholly or not at all. Looks first
 * whether it is one, and not of a newer version.
 *
 * @throws {HubgateError} `config.value`, `database.newer`, `database.unreachable`
 */
export function restorePostgresql(target: Target, backup: string): void {
  refuseNewer(migrationsIn(backup));
  withDatabase(target, (url) =>
    run('pg_restore', [
      '--clean',
      '--if-exists',
      '--no-owner',
      '--single-transaction',
      '--exit-on-error',
      `--dbname=${url}`,
      backup,
    ]),
  );
}

/** Names of the migrations that a dump holds, read from it without a server. */
function migrationsIn(backup: string): string[] {
  let text: string;
  try {
    text = run('pg_restore', ['--data-only', '--table=_prisma_migrations', '--file=-', backup]);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HubgateError('config.value', `${backup} cannot be restored: ${why}`, { field: 'file', cause });
  }
  const [, columns = '', rows = ''] =
    /COPY [^(]*_prisma_migrations"? \(([^)]*)\)[^\n]*\n([\s\S]*?)\n?\\\./.exec(text) ?? [];
  const at = columns.split(', ').indexOf('migration_name');
  const names = rows.split('\n').flatMap((row) => row.split('\t')[at] ?? []);
  if (at >= 0 && names.length > 0) return names;
  throw new HubgateError('config.value', `${backup} is a dump, but not of Hubgate's database.`, {
    field: 'file',
  });
}

function run(tool: string, words: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(tool, words, { encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new HubgateError(
    'database.unreachable',
    `${tool} failed: ${error?.message ?? stderr.trim()}. Install postgresql-client if it is not there, or run ` +
      `${tool} on the database server.`,
  );
}

/** The password goes by a file, since every user of the host can read command lines. */
function withDatabase(target: Target, use: (url: string) => void): void {
  if (target.password === null) {
    use(target.url);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'hubgate-backup-'));
  try {
    const file = join(folder, 'pgpass');
    writeFileSync(file, `*:*:*:*:${target.password.replace(/[\\:]/g, '\\$&')}\n`, { mode: 0o600 });
    use(`${target.url}${target.url.includes('?') ? '&' : '?'}passfile=${encodeURIComponent(file)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
