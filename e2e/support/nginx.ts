import { spawn } from 'node:child_process';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { ApacheValues } from './apache';
import { canConnect, until } from './ports';
import { mustRun, run, type Ran } from './run';

const DEPLOY = join(import.meta.dirname, '..', '..', 'deploy', 'nginx');

export type Nginx = {
  /** Runs hubgate-nginx-refresh.sh as the path unit does: maps to nginx's form, check, reload. */
  refresh: () => Promise<Ran>;
  /** Reads certificates and CRLs again. */
  reload: () => Promise<void>;
  stop: () => Promise<void>;
  errorLog: () => Promise<string>;
};

/**
 * Starts a real nginx from the files of deploy/nginx, in a folder of its own. As root it runs its
 * workers as www-data, so that the modes of sockets and files are tested too.
 */
export async function startNginx(input: { dir: string; values: ApacheValues }): Promise<Nginx> {
  const { dir } = input;
  const values: Record<string, string> = {
    ...input.values,
    CONF_DIR: dir,
    GATE_DIR: join(dir, 'gate'),
  };
  await mkdir(join(dir, 'tmp'), { recursive: true });
  for (const name of await readdir(DEPLOY)) {
    if (!name.endsWith('.conf')) continue;
    const text = (await readFile(join(DEPLOY, name), 'utf8')).replace(
      /@([A-Z_]+)@/g,
      (whole, key: string) => values[key] ?? whole,
    );
    const left = /@[A-Z_]+@/.exec(text);
    if (left) throw new Error(`${name}: nothing stands for ${left[0]}`);
    await writeFile(join(dir, name), text);
  }
  const conf = join(dir, 'nginx.conf');
  await writeFile(
    conf,
    [
      ...(process.getuid?.() === 0 ? ['user www-data;'] : []),
      'daemon off;',
      'worker_processes 1;',
      'worker_shutdown_timeout 2s;',
      `pid ${dir}/nginx.pid;`,
      `error_log ${dir}/error.log info;`,
      'events { worker_connections 256; }',
      'http {',
      '  access_log off;',
      ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (what) => `  ${what}_temp_path ${dir}/tmp/${what};`,
      ),
      `  include ${dir}/hubgate.conf;`,
      '}',
      '',
    ].join('\n'),
  );
  const refreshed = (...reload: string[]): Promise<Ran> =>
    run(join(DEPLOY, 'hubgate-nginx-refresh.sh'), [
      input.values.MAPS_DIR,
      values['GATE_DIR'] ?? '',
      `nginx -t -q -c ${conf}`,
      ...reload,
    ]);
  const first = await refreshed();
  if (first.code !== 0) throw new Error(`hubgate-nginx-refresh: ${first.stderr}`);
  await mustRun('nginx', ['-t', '-q', '-c', conf]);
  const child = spawn('nginx', ['-c', conf], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const port = Number(input.values.GATE_LISTEN.split(':').at(-1));
  await until('nginx', () => {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`);
    return canConnect(port);
  });
  const workers = async (): Promise<string[]> =>
    (await run('ps', ['-o', 'pid=', '--ppid', String(child.pid)])).stdout.split(/\s+/).filter(Boolean);
  /** Waits until the workers of before are gone. */
  const takenOver = (before: readonly string[]) =>
    until('nginx has new workers', async () => {
      const now = await workers();
      return now.length > 0 && now.every((pid) => !before.includes(pid));
    });
  return {
    refresh: async () => {
      const before = await workers();
      const ran = await refreshed('kill', '-HUP', String(child.pid));
      if (ran.code === 0) await takenOver(before);
      return ran;
    },
    reload: async () => {
      const before = await workers();
      child.kill('SIGHUP');
      await takenOver(before);
    },
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
    errorLog: () => readFile(join(dir, 'error.log'), 'utf8'),
  };
}
