import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { canConnect, until } from './ports';
import { mustRun } from './run';

const MODULES = '/usr/lib/apache2/modules';
const DEPLOY = join(import.meta.dirname, '..', '..', 'deploy', 'apache');

/** The placeholders of deploy/apache, as its README lists them. */
export type ApacheValues = {
  HTTP_LISTEN: string;
  HTTP_NAME: string;
  HTTP_URL: string;
  PORTAL_LISTEN: string;
  PORTAL_NAME: string;
  PORTAL_URL: string;
  GATE_LISTEN: string;
  GATE_NAME: string;
  CANARY_NAME: string;
  SERVER_CERT: string;
  SERVER_KEY: string;
  CA_BUNDLE: string;
  CRL_FILE: string;
  MAPS_DIR: string;
  PORTAL_SOCKET: string;
  OCSP_SOCKET: string;
};

export type Apache = {
  stop: () => Promise<void>;
  /** Reads certificates and CRLs again, without dropping connections. */
  graceful: () => Promise<void>;
  errorLog: () => Promise<string>;
  /** Process ids of its workers: a reload, graceful or not, replaces them. */
  workers: () => Promise<string[]>;
};

/** A file of deploy/apache with its placeholders filled in. @throws {Error} if one is left */
export async function renderDeployFile(file: string, values: ApacheValues): Promise<string> {
  const text = (await readFile(join(DEPLOY, file), 'utf8')).replace(
    /@([A-Z_]+)@/g,
    (whole, name: string) => values[name as keyof ApacheValues] ?? whole,
  );
  const left = /@[A-Z_]+@/.exec(text);
  if (left) throw new Error(`${file}: nothing stands for ${left[0]}`);
  return text;
}

/**
 * Starts a real Apache from the files of deploy/apache, in a folder of its own. As root it runs its
 * workers as www-data, as everywhere, so that the modes of sockets and maps are tested too.
 */
export async function startApache(input: {
  dir: string;
  layout: 'hubgate.conf' | 'hubgate-one-name.conf';
  values: ApacheValues;
  /** Applied to each file. */
  edit?: (text: string) => string;
}): Promise<Apache> {
  const { dir, values, edit = (text: string) => text } = input;
  await mkdir(dir, { recursive: true });
  const files = ['hubgate-common.conf', input.layout];
  for (const file of files) await writeFile(join(dir, file), edit(await renderDeployFile(file, values)));
  return serveWithApache({
    dir,
    files: files.map((file) => join(dir, file)),
    listen: [values.HTTP_LISTEN, values.PORTAL_LISTEN, values.GATE_LISTEN],
    user: 'www-data',
  });
}

/** The same from files that are complete, such as the one that `hubgate init` writes. */
export async function serveWithApache(input: {
  dir: string;
  files: string[];
  /** `127.0.0.1:port`; the last one is asked whether Apache is up. */
  listen: string[];
  /** Whom the workers run as, with all groups of that user. */
  user: string;
}): Promise<Apache> {
  const { dir, user } = input;
  await mkdir(join(dir, 'run'), { recursive: true });
  const modules = [
    'mpm_event',
    'authz_core',
    'ssl',
    'socache_shmcb',
    'headers',
    'rewrite',
    'proxy',
    'proxy_http',
    'proxy_wstunnel',
    'setenvif',
    'macro',
    'mime',
  ];
  const listen = new Set(input.listen);
  const root = process.getuid?.() === 0;
  const conf = join(dir, 'apache.conf');
  await writeFile(
    conf,
    [
      `ServerRoot "${dir}"`,
      `DefaultRuntimeDir "${dir}/run"`,
      `PidFile "${dir}/run/apache.pid"`,
      `ErrorLog "${dir}/error.log"`,
      'LogLevel warn ssl:warn proxy:warn',
      'ServerName localhost',
      'TypesConfig /etc/mime.types',
      ...(root ? [`User ${user}`, `Group ${user}`] : []),
      'ServerLimit 2\nThreadsPerChild 25\nMaxRequestWorkers 50\nStartServers 1',
      // Static in some builds, hence the question.
      ...modules
        .filter((name) => existsSync(join(MODULES, `mod_${name}.so`)))
        .map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`),
      ...[...listen].map((address) => `Listen ${address}`),
      '<Directory />\n  Require all denied\n</Directory>',
      ...input.files.map((file) => `Include "${file}"`),
      '',
    ].join('\n'),
  );
  await mustRun('apache2', ['-t', '-f', conf]);
  const child = spawn('apache2', ['-f', conf, '-D', 'FOREGROUND'], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const port = Number(input.listen.at(-1)?.split(':').at(-1));
  await until('Apache', () => {
    if (child.exitCode !== null) throw new Error(`Apache ended with ${child.exitCode}`);
    return canConnect(port);
  });
  return {
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
    graceful: async () => {
      child.kill('SIGUSR1');
      await new Promise((resolve) => setTimeout(resolve, 1000));
    },
    errorLog: () => readFile(join(dir, 'error.log'), 'utf8'),
    workers: async () =>
      (await mustRun('ps', ['-o', 'pid=', '--ppid', String(child.pid)])).trim().split(/\s+/).sort(),
  };
}
