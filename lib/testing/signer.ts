import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

import { connectSigner, type SignerClient } from '../signer-client/client';
import type { CaKeyKind } from '../signer/ca-keys';
import { readCa, signerFiles, type Ca } from '../signer/ca-files';
import type { Log } from '../signer/log';
import { makeCa, type CaWishes } from '../signer/make-ca';
import { DEFAULT_CEILINGS } from '../signer/policy';
import { startSigner } from '../signer/start-signer';
import type { OpenThread } from '../signer/thread';

export type TestSigner = {
  /** Through web.sock, as the portal speaks. */
  client: SignerClient;
  /** Through operator.sock. */
  operator: SignerClient;
  ca: Ca;
  /** Subject key identifier of the signing CA: what orders are approved for. */
  caKeyId: string;
  passphrase: string;
  /** The signer's folder. */
  dir: string;
  serverDir: string;
  caDir: string;
  webSocket: string;
  operatorSocket: string;
  /** The process; null while it runs inside the test. */
  pid: () => number | null;
  /** Ends it in order, keeps its files. */
  stop: () => Promise<void>;
  /** SIGKILL; a child only. */
  kill: () => Promise<void>;
  /** Starts it again over the same files. */
  start: () => Promise<void>;
  /** Stops it and removes everything. */
  remove: () => Promise<void>;
};

export type TestSignerOptions = {
  /** Of root and signing CA. P-256 by default: milliseconds. */
  caKey?: CaKeyKind;
  /** Leave it locked, waiting for `passphrase`. */
  locked?: boolean;
  /** A process of its own, which can be killed. Otherwise it runs inside the test. */
  child?: boolean;
  /** In the test's own process only. */
  now?: () => Date;
  log?: Log;
  policy?: Partial<CaWishes['policy']>;
};

const PASSPHRASE = 'correct horse battery staple';
const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** What test CAs decide; names as in the defaults of hubgate.toml. */
export function testWishes(caKey: CaKeyKind, policy: Partial<CaWishes['policy']> = {}): CaWishes {
  return {
    rootCn: 'JupyterHub Root CA',
    signingCn: 'JupyterHub Signing CA',
    rootKey: caKey,
    signingKey: caKey,
    rootYears: 20,
    signingYears: 10,
    nameConstraints: null,
    rootPointers: {
      crlUrl: 'http://localhost:8080/crl/root-ca.crl',
      caIssuersUrl: 'http://localhost:8080/ca/root-ca.crt',
    },
    policy: {
      version: 1,
      approvalMode: 'session',
      approvalCount: 1,
      passkeys: { rpId: 'localhost', origins: ['https://localhost:8443'] },
      ceilings: DEFAULT_CEILINGS,
      renewal: { auto: true, windowDays: 30 },
      profile: {
        dn: 'University of Chile',
        org: 'Center for Mathematical Modeling',
        ou: 'NLHPC',
        accountPattern: '[a-z_][a-z0-9_.-]{0,31}',
        emailProtection: false,
        userDays: 825,
        serverDays: 397,
        serverNames: ['.example.org', 'localhost', 'gate.localhost', 'canary.localhost'],
      },
      pointers: {
        crlUrl: 'http://localhost:8080/crl/signing-ca.crl',
        caIssuersUrl: 'http://localhost:8080/ca/signing-ca.crt',
        ocspUrl: 'http://localhost:8080/ocsp',
      },
      crl: { days: 30, everyHours: 24 },
      ...policy,
    },
    serverNames: {
      emails: [],
      dnsNames: ['localhost', 'gate.localhost', 'canary.localhost'],
      ipAddresses: ['127.0.0.1'],
    },
  };
}

/** A signer with a throw-away CA in a folder of its own, unlocked unless asked otherwise. */
export async function startTestSigner(options: TestSignerOptions = {}): Promise<TestSigner> {
  const { caKey = 'p-256', locked = false, child = false, now = () => new Date(), log = silent } = options;
  const stateDir = mkdtempSync(join(tmpdir(), 'hubgate-signer-'));
  const dir = join(stateDir, 'signer');
  const paths = { caDir: join(stateDir, 'ca'), serverDir: join(stateDir, 'server') };
  await makeCa({
    dir,
    ...paths,
    wishes: testWishes(caKey, options.policy),
    passphrases: { root: PASSPHRASE, signing: PASSPHRASE },
    now: now(),
    progress: () => undefined,
  });
  const ca = readCa(signerFiles(dir));
  if (!ca) throw new Error('the ceremony left no CA');
  const { evaluationPassphrase } = signerFiles(dir);
  if (!locked) {
    writeFileSync(evaluationPassphrase, `${PASSPHRASE}\n`, { mode: 0o600 });
    writeFileSync(join(stateDir, 'EVALUATION'), '');
  }
  const webSocket = join(stateDir, 'run', 'signer', 'web.sock');
  const operatorSocket = join(stateDir, 'run', 'signer', 'operator.sock');
  const client = connectSigner(webSocket);
  const operator = connectSigner(operatorSocket);

  let running: { pid: number | null; stop: () => Promise<void>; kill: () => Promise<void> } | null = null;
  async function start(): Promise<void> {
    running = child
      ? await startChild(stateDir, client)
      : await startHere({
          dir,
          webSocket,
          operatorSocket,
          passphraseFile: locked ? null : evaluationPassphrase,
          openThread: openTestThread,
          now,
          log,
        });
  }
  async function stop(): Promise<void> {
    await running?.stop();
    running = null;
  }
  await start();
  return {
    client,
    operator,
    ca,
    caKeyId: ca.keyId,
    passphrase: PASSPHRASE,
    dir,
    ...paths,
    webSocket,
    operatorSocket,
    pid: () => running?.pid ?? null,
    start,
    stop,
    async kill() {
      await running?.kill();
      running = null;
    },
    async remove() {
      client.close();
      operator.close();
      await stop();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

async function startHere(input: Parameters<typeof startSigner>[0]) {
  const signer = await startSigner(input);
  const kill = (): never => {
    throw new RangeError('only a child process can be killed: startTestSigner({child: true})');
  };
  return { pid: null, stop: signer.stop, kill };
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Bundles bin/signer.ts and its thread as the build does; once per test process. */
let bundles: Promise<string> | null = null;
function signerBundles(): Promise<string> {
  bundles ??= (async () => {
    const { build } = await import('esbuild');
    // Inside node_modules, where better-sqlite3 is found from.
    const outdir = join(
      ROOT,
      'node_modules',
      '.cache',
      'hubgate-tests',
      `signer-${process.pid}-${Date.now()}`,
    );
    await build({
      absWorkingDir: ROOT,
      entryPoints: ['bin/signer.ts', 'bin/signer-worker.ts'],
      outdir,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      outExtension: { '.js': '.mjs' },
      external: ['better-sqlite3'],
      logLevel: 'silent',
      banner: {
        js: "import { createRequire as __hubgateRequire } from 'node:module'; const require = __hubgateRequire(import.meta.url);",
      },
    });
    process.once('exit', () => rmSync(outdir, { recursive: true, force: true }));
    return outdir;
  })();
  return bundles;
}

export async function signerBundle(): Promise<string> {
  return join(await signerBundles(), 'signer.mjs');
}

/** A thread of the signer, for signers that run inside a test. */
export const openTestThread: OpenThread = async (task) =>
  new Worker(join(await signerBundles(), 'signer-worker.mjs'), { workerData: task });

async function startChild(stateDir: string, client: SignerClient) {
  const child: ChildProcess = spawn(process.execPath, [await signerBundle()], {
    cwd: stateDir,
    env: { ...process.env, HUBGATE_CONFIG: '', HUBGATE_STATE_DIR: stateDir, HUBGATE_SUPERVISED: '1' },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  const ended = once(child, 'exit');
  const wanted = 20_000;
  const until = Date.now() + wanted;
  for (;;) {
    const status = await client.status().catch(() => null);
    // Unlocking takes a moment after the sockets are there.
    if (status && (status.state === 'unlocked' || !said.includes('"passphrase":true'))) break;
    if (child.exitCode !== null || Date.now() > until) throw new Error(`the signer does not start:\n${said}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const endBy = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  return { pid: child.pid ?? null, stop: () => endBy('SIGTERM'), kill: () => endBy('SIGKILL') };
}
