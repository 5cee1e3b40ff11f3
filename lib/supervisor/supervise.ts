import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';

import { HubgateError } from '../errors';

/** One process that the supervisor keeps running. */
export type ChildSpec = {
  name: string;
  /** Arguments of Node itself. */
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  /** True once it does its work; asked again and again after a start. */
  ready: () => Promise<boolean>;
};

export type Supervisor = {
  /** Ends the children, the last started first, within the grace; then kills what is left. */
  stop: () => Promise<void>;
  /** Pids by name, of those that run now. */
  pids: () => Record<string, number>;
};

const READY_WITHIN_MS = 30_000;
const READY_ASK_MS = 40;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MAX_MS = 30_000;
/** A child that ran this long was well: its next restart is quick again. */
const WELL_AFTER_MS = 60_000;
/** Together below the ten seconds that service managers and people wait. */
const GRACE_MS = [6000, 2500, 1000] as const;
const LOG_MAX_BYTES = 10 * 1024 * 1024;
const STDERR_KEPT_CHARS = 4000;

type Child = {
  spec: ChildSpec;
  process: ChildProcess | null;
  backoffMs: number;
  startedAt: number;
  stderr: string;
  timer: NodeJS.Timeout | null;
};

/**
 * Starts the children one after another, each once the one before is ready, and restarts what dies,
 * with growing pauses. Children hold the other end of a pipe: they end when this process does,
 * however it ends.
 *
 * @param say     hears what people should know: a death, a restart
 * @param logFile where the children's output goes; turned once when it is large
 * @throws {HubgateError} what a child's last words say, when one does not come up at the first start
 */
export async function supervise(
  specs: readonly ChildSpec[],
  say: (text: string) => void,
  logFile: string,
): Promise<Supervisor> {
  const log = openLog(logFile);
  const children: Child[] = specs.map((spec) => ({
    spec,
    process: null,
    backoffMs: BACKOFF_FIRST_MS,
    startedAt: 0,
    stderr: '',
    timer: null,
  }));
  let stopping = false;
  let started = false;

  const launch = (child: Child): void => {
    const { spec } = child;
    const process_ = spawn(process.execPath, spec.args, {
      env: { ...inheritedEnv(), ...spec.env, HUBGATE_SUPERVISED: '1' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.process = process_;
    child.startedAt = Date.now();
    child.stderr = '';
    process_.stdin.on('error', () => undefined); // it died while we hold the pipe
    process_.stdout.on('data', (chunk: Buffer) => log.write(chunk));
    process_.stderr.on('data', (chunk: Buffer) => {
      log.write(chunk);
      child.stderr = (child.stderr + chunk.toString()).slice(-STDERR_KEPT_CHARS);
    });
    process_.on('error', (error) => say(`${spec.name} cannot be started: ${error.message}`));
    process_.on('close', (code, signal) => {
      child.process = null;
      if (!stopping && started) restartLater(child, signal ?? `exit code ${code}`);
    });
  };

  const restartLater = (child: Child, why: string): void => {
    if (Date.now() - child.startedAt > WELL_AFTER_MS) child.backoffMs = BACKOFF_FIRST_MS;
    const words = lastWords(child.stderr);
    say(
      `${child.spec.name} ended (${why})${words === '' ? '' : `: ${words}`}. Restarting in ${child.backoffMs / 1000} s.`,
    );
    child.timer = setTimeout(() => {
      launch(child);
      void waitUntilReady(child, () => stopping).then((up) => {
        if (up) say(`${child.spec.name} runs again.`);
      });
    }, child.backoffMs);
    child.backoffMs = Math.min(child.backoffMs * 2, BACKOFF_MAX_MS);
  };

  const stop = async (): Promise<void> => {
    stopping = true;
    for (const child of children) if (child.timer !== null) clearTimeout(child.timer);
    for (const [index, child] of [...children].reverse().entries()) {
      await end(child, GRACE_MS[index] ?? 1000);
    }
    await new Promise<void>((resolve) => log.end(resolve));
  };

  for (const child of children) {
    launch(child);
    if (!(await waitUntilReady(child, () => stopping))) {
      const words = lastWords(child.stderr);
      await stop();
      throw new HubgateError(
        /in use/.test(words) ? 'start.port-in-use' : 'start.state-dir',
        `${child.spec.name} does not come up${words === '' ? '' : `: ${words}`}. Its log: ${logFile}`,
        { params: { process: child.spec.name } },
      );
    }
  }
  started = true;
  return {
    stop,
    pids: () =>
      Object.fromEntries(
        children.flatMap((child) =>
          child.process?.pid === undefined ? [] : [[child.spec.name, child.process.pid]],
        ),
      ),
  };
}

/** False when it died, when a stop came, or when its time is over. */
async function waitUntilReady(child: Child, cancelled: () => boolean): Promise<boolean> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline && !cancelled() && child.process !== null) {
    if (await child.spec.ready().catch(() => false)) return child.process !== null;
    await new Promise((resolve) => setTimeout(resolve, READY_ASK_MS));
  }
  return false;
}

function end(child: Child, graceMs: number): Promise<void> {
  const running = child.process;
  if (running === null) return Promise.resolve();
  return new Promise((resolve) => {
    const kill = setTimeout(() => running.kill('SIGKILL'), graceMs);
    running.once('close', () => {
      clearTimeout(kill);
      resolve();
    });
    running.kill('SIGTERM');
  });
}

/** The last line that says something; of pino's JSON lines the message. */
function lastWords(stderr: string): string {
  const line = stderr.trim().split('\n').at(-1) ?? '';
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed === 'object' && parsed !== null && 'msg' in parsed) return String(parsed.msg);
  } catch {
    // Not JSON: the line itself.
  }
  return line.replace(/^\w+: /, '').slice(0, 400);
}

function openLog(file: string): WriteStream {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_MAX_BYTES) renameSync(file, `${file}.1`);
  const log = createWriteStream(file, { flags: 'a', mode: 0o600 });
  log.on('error', () => undefined); // a full disk must not end what still works
  return log;
}

/** Without what would change how Node itself starts in the children. */
function inheritedEnv(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, ...env } = process.env;
  return env;
}
