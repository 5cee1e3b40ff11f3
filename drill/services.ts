import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

import { until } from '../e2e/support/ports';
import type { Portal } from '../e2e/support/portal';

const DIST = join(import.meta.dirname, '..', '..', 'dist');

/** Signer and portal as two services, as systemd runs them: each is killed and started for itself. */
export type Services = {
  start: (service: 'signer' | 'web') => Promise<void>;
  /** SIGKILL for the service and all that it started. */
  kill: (service: 'signer' | 'web') => Promise<void>;
  /** What it has said since its last start. */
  said: (service: 'signer' | 'web') => string;
  ready: () => Promise<void>;
  stop: () => Promise<void>;
};

type Running = { child: ChildProcess; output: string };

/**
 * @param portal one whose own processes have ended
 * @param wrap   a program that runs the services, with its arguments; such as one that moves the clock
 */
export function services(portal: Portal, wrap: readonly string[] = []): Services {
  const running = new Map<'signer' | 'web', Running>();
  const args = {
    signer: [join(DIST, 'signer.mjs')],
    web: [join(DIST, 'hubgate.mjs'), 'start', '--no-signer'],
  };

  const start: Services['start'] = async (service) => {
    const [program = process.execPath, ...before] = [...wrap, process.execPath];
    const child = spawn(program, [...before, ...args[service]], {
      cwd: portal.dir,
      env: {
        ...process.env,
        HOME: portal.dir,
        HUBGATE_CONFIG: join(portal.dir, 'hubgate.toml'),
        NODE_ENV: 'production',
        SSH_CONNECTION: '',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const held: Running = { child, output: '' };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (held.output += chunk.toString('utf8')));
    }
    running.set(service, held);
  };
  const end = async (service: 'signer' | 'web', signal: NodeJS.Signals): Promise<void> => {
    const held = running.get(service);
    running.delete(service);
    if (held?.child.pid === undefined || held.child.exitCode !== null || held.child.signalCode !== null)
      return;
    const ended = new Promise((resolve) => held.child.once('exit', resolve));
    process.kill(signal === 'SIGKILL' ? -held.child.pid : held.child.pid, signal);
    await ended;
  };
  return {
    start,
    kill: (service) => end(service, 'SIGKILL'),
    said: (service) => running.get(service)?.output ?? '',
    ready: async () => {
      await until('both services are ready', async () => (await portal.call('/readyz')).status === 200, 60);
    },
    stop: async () => {
      await end('web', 'SIGTERM');
      await end('signer', 'SIGTERM');
    },
  };
}
