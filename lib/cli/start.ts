import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Command } from 'commander';

import { portOf } from '../config/combinations';
import type { LoadedConfig } from '../config/load';
import { ERROR_CODES, HubgateError, type ErrorCode } from '../errors';
import { checkPorts } from '../supervisor/free-ports';
import { lockInstance } from '../supervisor/instance-lock';
import { SIGNER_OPTIONS } from '../supervisor/signer-options';
import { prepareStateFolder } from '../supervisor/state-folder';
import { supervise, type ChildSpec, type Supervisor } from '../supervisor/supervise';
import { configOf, outputOf, processEnv } from './context';
import type { Prepared } from './prepare';
import { refuseNetwork, requireSecondFactor } from './refuse-insecure';
import { renewFrontIfDue } from './renew-front';
import { welcome } from './welcome';

/** dist/, where the bundles stand beside this one (a chunk of it lies one folder deeper). */
const HERE = fileURLToPath(new URL('.', import.meta.url));
const DIST = HERE.replace(/chunks\/$/, '');
const STANDALONE = join(DIST, '..', '.next', 'standalone', 'server.js');

export type StartOptions = {
  evaluationOnNetwork?: true;
  /** False: the signer runs by itself, as another user, and nothing of its folder is touched. */
  signer?: boolean;
};

/** `hubgate start` */
export function register(program: Command): void {
  program
    .command('start')
    .description('start signer, web and embedded front, and keep them running')
    .option(
      '--evaluation-on-network',
      'let an evaluation CA, whose key unlocks by itself, be reached from elsewhere',
    )
    .option('--no-signer', 'in production: the signer is a service of its own, of another user')
    .action(async (options: StartOptions, command: Command) => {
      const out = outputOf(command);
      const running = await start(configOf(command), options, out.note);
      out.result(running.facts, running.text);
      await running.ended;
    });
}

export type Running = {
  /** What a program wants to know, for --json. */
  facts: Record<string, unknown>;
  /** What people read. */
  text: string;
  pids: Supervisor['pids'];
  /** Settles when a signal has ended everything. */
  ended: Promise<void>;
};

/**
 * Prepares the state directory and starts the three processes.
 *
 * @throws {HubgateError} `start.*`, `config.*`, `database.*`, `ca.*`: what is wrong and what to do
 */
export async function start(
  loaded: LoadedConfig,
  options: StartOptions,
  say: (text: string) => void,
): Promise<Running> {
  const { config, paths } = loaded;
  const withSigner = options.signer !== false;
  if (withSigner) refuseForeignSigner(paths);
  const hasCa = !withSigner || existsSync(join(paths.signerDir, 'signing-ca.pem'));
  const evaluation = !hasCa || existsSync(paths.evaluationMarker);
  if (evaluation && options.evaluationOnNetwork !== true) refuseNetwork(loaded);
  if (!evaluation) requireSecondFactor(loaded);
  prepareStateFolder(paths.stateDir);
  if (!withSigner) requireCa(paths.caDir);
  const lock = await lockInstance(paths.runDir);
  if (config.front.embedded) await checkPorts(portsOf(loaded), config.front.listen);
  if (!hasCa) say('Making an evaluation CA (its keys take from a few seconds to a minute) …');
  const env = childEnv(loaded);
  const prepared = await runPrepare(env, withSigner ? [] : ['--no-evaluation'], say);

  let supervisor: Supervisor | null = null;
  let stopping: Promise<void> | null = null;
  const ended = new Promise<void>((resolve) => {
    const stop = (signal: string) => {
      if (stopping !== null) return;
      say(`${signal}: stopping …`);
      stopping = (supervisor?.stop() ?? Promise.resolve()).then(() => {
        lock.close();
        resolve();
      });
    };
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop(signal));
  });
  const logFile = join(paths.stateDir, 'log', 'hubgate.log');
  const specs = childSpecs(loaded, env).filter(({ name }) => withSigner || name !== 'signer');
  supervisor = await supervise(specs, say, logFile);
  if (evaluation && withSigner && config.front.embedded) {
    const program = { path: join(DIST, 'hubgate.mjs'), env: { ...processEnv(), ...env } };
    void renewFrontIfDue(paths, program, say);
  }
  return { ...welcome({ loaded, prepared, logFile, env: processEnv() }), pids: supervisor.pids, ended };
}

/** Another user's signer: an evaluation CA must not be made only because its folder cannot be seen. */
function refuseForeignSigner({ signerDir }: LoadedConfig['paths']): void {
  if (reasonAgainst(signerDir, constants.R_OK | constants.X_OK) !== 'EACCES') return;
  throw new HubgateError(
    'start.state-dir',
    `The signer's folder ${signerDir} belongs to another user, as in production. Start the two services ` +
      '(systemctl start hubgate.target), or this one alone with: hubgate start --no-signer',
  );
}

/** The public copies of the CA are what the portal knows of it; only the ceremony makes them. */
function requireCa(caDir: string): void {
  for (const file of [join(caDir, 'root-ca.pem'), join(caDir, 'signing-ca.pem')]) {
    const why = reasonAgainst(file, constants.R_OK);
    if (why === null) continue;
    throw new HubgateError(
      'signer.ca-missing',
      why === 'ENOENT'
        ? `There is no CA yet (${file} is missing). Make it as root: hubgate init. Then start this again.`
        : `The CA's certificate ${file} cannot be read (${why}). As root: chmod 755 ${caDir} && chmod 644 ${caDir}/*`,
    );
  }
}

function reasonAgainst(path: string, mode: number): string | null {
  try {
    accessSync(path, mode);
    return null;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code ?? 'unknown';
  }
}

function portsOf({ config }: LoadedConfig) {
  const found = new Map<number, { port: number; origin: string; key: string }>();
  for (const key of ['httpUrl', 'url', 'gateUrl', 'canaryUrl'] as const) {
    const origin = config.site[key];
    if (!found.has(portOf(origin)))
      found.set(portOf(origin), { port: portOf(origin), origin, key: `site.${key}` });
  }
  return [...found.values()];
}

function childEnv({ file, paths }: LoadedConfig): Record<string, string> {
  return { HUBGATE_CONFIG: file ?? '', HUBGATE_STATE_DIR: paths.stateDir };
}

function runPrepare(
  env: Record<string, string>,
  words: readonly string[],
  say: (text: string) => void,
): Promise<Prepared & { ok: true }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(DIST, 'hubgate.mjs'), 'prepare', ...words], {
      env: { ...processEnv(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      for (const line of chunk.toString().split('\n')) if (/^ {2}\S.* …$/.test(line)) say(line);
    });
    child.on('error', reject);
    child.on('close', () => {
      const outcome = readPrepared(stdout);
      if (outcome === null) reject(new Error(`preparing failed:\n${stderr.slice(-4000)}`));
      else if (outcome.ok) resolve(outcome);
      else reject(new HubgateError(asCode(outcome.code), outcome.message));
    });
  });
}

function readPrepared(stdout: string): Prepared | null {
  try {
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Prepared;
  } catch {
    return null;
  }
}

function asCode(code: string): ErrorCode {
  return ERROR_CODES.find((known) => known === code) ?? 'start.state-dir';
}

/**
 * Node's options for the web process. A young generation of 8 MB in place of 16: a quarter less memory,
 * no slower at a portal's load. Of that size from the beginning, and an old one that may double before it
 * is swept: a batch that comes after quiet hours spends a tenth less.
 */
const WEB_OPTIONS = ['--min-semi-space-size=8', '--max-semi-space-size=8', '--heap-growing-percent=100'];

function childSpecs({ config, paths }: LoadedConfig, env: Record<string, string>): ChildSpec[] {
  const specs: ChildSpec[] = [
    {
      name: 'signer',
      args: [...SIGNER_OPTIONS, join(DIST, 'signer.mjs')],
      env,
      ready: () => socketAnswers(paths.signerWebSocket),
    },
    {
      name: 'web',
      args: [...WEB_OPTIONS, '--import', join(DIST, 'listen-unix.mjs'), STANDALONE],
      env: {
        ...env,
        NODE_ENV: 'production',
        HUBGATE_LISTEN: paths.portalSocket,
        PORT: '3000',
        // Not 127.0.0.1: Next calls that localhost in request URLs, and takes a rewrite to itself for one elsewhere.
        HOSTNAME: 'localhost',
        NEXT_TELEMETRY_DISABLED: '1',
      },
      ready: () => portalAnswers(paths.portalSocket, config.site.url),
    },
  ];
  if (config.front.embedded) {
    specs.push({
      name: 'front',
      // What passes through counts as memory until it is swept: by V8's own measure a small heap like this
      // is looked through again for every 7 MB of answers, which took half of the front's time.
      args: ['--heap-growing-percent=300', join(DIST, 'front.mjs')],
      env,
      ready: () => portAnswers(portOf(config.site.url), config.front.listen),
    });
  } else {
    // The embedded front answers OCSP itself. Before the web process, which takes longer to drain.
    specs.splice(1, 0, {
      name: 'ocsp',
      args: ['--max-semi-space-size=8', join(DIST, 'ocsp.mjs')],
      env,
      ready: () => socketAnswers(paths.ocspSocket),
    });
  }
  return specs;
}

function socketAnswers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

function portAnswers(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

function portalAnswers(socketPath: string, origin: string): Promise<boolean> {
  return new Promise((resolve) => {
    request(
      {
        socketPath,
        path: '/healthz',
        headers: { host: new URL(origin).host, 'x-forwarded-proto': 'https' },
        agent: false,
        timeout: 5000,
      },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    )
      .on('error', () => resolve(false))
      .end();
  });
}
