import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

import { until } from '../e2e/support/ports';
import type { Portal } from '../e2e/support/portal';
import { SIGNER_OPTIONS } from '../lib/supervisor/signer-options';

const DIST = join(import.meta.dirname, '..', '..', 'dist');

type Service = 'signer' | 'web';

/** Signer and portal as two services, as systemd runs them: each is killed and started for itself. */
export type Services = {
  start: (service: Service) => void;
  /** SIGKILL for the service and all that it started. */
  kill: (service: Service) => Promise<void>;
  /** What it has said since its last start. */
  said: (service: Service) => string;
  /** Its exit code once it has ended by itself. @throws {Error} after 30 s */
  ended: (service: Service) => Promise<number | null>;
  /** Both are started and the portal says that it is ready. */
  startAll: () => Promise<void>;
  ready: () => Promise<void>;
  stop: () => Promise<void>;
};

type Running = { child: ChildProcess; output: string };

/**
 * @param portal one whose own processes have ended
 * @param env    further environment of theirs, such as what moves their clock
 */
export function services(portal: Portal, env: Record<string, string> = {}): Services {
  const running = new Map<Service, Running>();
  // They are no children of the terminal: whoever interrupts the drill means them, too.
  process.once('exit', () => {
    for (const { child } of running.values()) {
      if (child.pid !== undefined && !hasEnded(child)) process.kill(-child.pid, 'SIGKILL');
    }
  });
  const args = {
    signer: [...SIGNER_OPTIONS, join(DIST, 'signer.mjs')],
    web: [join(DIST, 'hubgate.mjs'), 'start', '--no-signer'],
  };

  function start(service: Service): void {
    const child = spawn(process.execPath, args[service], {
      cwd: portal.dir,
      env: {
        ...process.env,
        HOME: portal.dir,
        HUBGATE_CONFIG: join(portal.dir, 'hubgate.toml'),
        NODE_ENV: 'production',
        SSH_CONNECTION: '',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const held: Running = { child, output: '' };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (held.output += chunk.toString('utf8')));
    }
    running.set(service, held);
  }
  async function end(service: Service, signal: NodeJS.Signals): Promise<void> {
    const held = running.get(service);
    running.delete(service);
    const pid = held?.child.pid;
    if (held === undefined || pid === undefined || hasEnded(held.child)) return;
    const ended = new Promise((resolve) => held.child.once('exit', resolve));
    process.kill(signal === 'SIGKILL' ? -pid : pid, signal);
    await ended;
  }
  async function ready(): Promise<void> {
    await until(
      'both services are ready',
      async () => (await portal.call('/readyz')).status === 200,
      120,
    ).catch((error: unknown) => {
      const said = (service: Service) => running.get(service)?.output.slice(-2000) ?? 'not running';
      throw new Error(`${String(error)}\nsigner: ${said('signer')}\nweb: ${said('web')}`);
    });
  }
  return {
    start,
    kill: (service) => end(service, 'SIGKILL'),
    said: (service) => running.get(service)?.output ?? '',
    ended: async (service) => {
      const child = running.get(service)?.child;
      if (child === undefined) throw new Error(`${service} was not started`);
      await until(`${service} ends by itself`, async () => hasEnded(child));
      return child.exitCode;
    },
    startAll: async () => {
      start('signer');
      start('web');
      await ready();
    },
    ready,
    stop: async () => {
      await end('web', 'SIGTERM');
      await end('signer', 'SIGTERM');
    },
  };
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;
