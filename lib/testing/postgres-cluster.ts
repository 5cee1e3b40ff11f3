import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the private cluster's Unix socket; null where PostgreSQL 15 is not installed. */
    postgresSocketDir: string | null;
  }
}

/** Debian's place first: initdb in PATH is not the rule. */
const BIN = ['/usr/lib/postgresql/15/bin', '/usr/local/bin', '/usr/bin'].find(
  (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'pg_ctl')),
);

/** A private cluster: the folder of its Unix socket, and what ends and removes it. */
export type PostgresCluster = { socketDir: string; stop: () => void };

/** Vitest's global set-up. */
export default function postgresCluster(project: TestProject): (() => void) | undefined {
  const cluster = startPostgresCluster();
  if (cluster === null && process.env['HUBGATE_TEST_POSTGRES'] !== 'absent') {
    throw new Error(
      'PostgreSQL 15 is missing: apt-get install postgresql-15 (or set HUBGATE_TEST_POSTGRES=absent to ' +
        'test on SQLite only).',
    );
  }
  project.provide('postgresSocketDir', cluster?.socketDir ?? null);
  return cluster?.stop;
}

/**
 * Starts a private PostgreSQL cluster on a Unix socket in a short temporary folder (sun_path holds 107
 * bytes), without fsync; null where PostgreSQL 15 is not installed.
 */
export function startPostgresCluster(): PostgresCluster | null {
  if (BIN === undefined) return null;
  const bin = BIN;
  const folder = mkdtempSync('/tmp/hgpg-');
  const root = process.getuid?.() === 0;
  // PostgreSQL refuses to run as root.
  const as = (program: string, args: string[]): void => {
    const command = [join(bin, program), ...args];
    const [file, ...rest] = root
      ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', '--', ...command]
      : command;
    execFileSync(file ?? '', rest, {
      stdio: 'pipe',
      cwd: '/',
      env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'test' },
    });
  };
  if (root) {
    const id = (flag: string): number =>
      Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }).trim());
    chownSync(folder, id('-u'), id('-g'));
  }
  chmodSync(folder, 0o755);
  const data = join(folder, 'data');
  as('initdb', ['-D', data, '-U', 'hubgate', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync']);
  const options = [
    `-k ${folder}`,
    "-c listen_addresses=''",
    '-c fsync=off -c synchronous_commit=off -c full_page_writes=off',
    '-c max_connections=200 -c shared_buffers=64MB -c autovacuum=off',
  ];
  as('pg_ctl', ['-D', data, '-w', '-t', '60', '-l', join(folder, 'log'), '-o', options.join(' '), 'start']);
  return {
    socketDir: folder,
    stop() {
      as('pg_ctl', ['-D', data, '-m', 'immediate', 'stop']);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
