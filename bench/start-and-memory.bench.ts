/** The second `npm start`, to the first 200 from /readyz; then what all processes hold when idle. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { send } from '../e2e/support/https-client';
import { freePorts } from '../e2e/support/ports';
import { mustRun } from '../e2e/support/run';
import { memory } from './processes';
import { figure, heading, line, median } from './report';

const ROOT = join(import.meta.dirname, '..', '..');
/** V8 gives back what starting took some 8 s after it, and the signer has its rehearsals to do first. */
const IDLE_SECONDS = 30;

heading('Second npm start, and memory when idle');
const dir = await mkdtemp(join(tmpdir(), 'hubgate-bench-'));
try {
  const [http, https, gate] = (await freePorts(3)) as [number, number, number];
  await writeFile(
    join(dir, 'hubgate.toml'),
    `stateDir = "${join(dir, 'state')}"
[site]
url = "https://localhost:${https}"
httpUrl = "http://localhost:${http}"
gateUrl = "https://gate.localhost:${gate}"
canaryUrl = "https://canary.localhost:${https}"
`,
  );
  await startOnce(https, 0); // the first one makes the state
  const seconds: number[] = [];
  let held: { rss: number; pss: number } = { rss: 0, pss: 0 };
  for (let round = 0; round < 3; round += 1) {
    const once = await startOnce(https, round === 2 ? IDLE_SECONDS : 0);
    seconds.push(once.seconds);
    held = once.held;
  }
  line(`to /readyz: ${seconds.map((value) => value.toFixed(2)).join(', ')} s`);
  figure({ what: 'second npm start to 200', value: median(seconds), unit: ' s', bound: 5, better: 'lower' });
  line(`resident ${held.rss.toFixed(0)} MiB, proportional ${held.pss.toFixed(0)} MiB`);
  figure({
    what: 'memory of all processes, resident',
    value: held.rss,
    unit: ' MB',
    bound: 450,
    better: 'lower',
  });
} finally {
  await rm(dir, { recursive: true, force: true });
}

async function startOnce(port: number, idleSeconds: number) {
  const started = performance.now();
  const child = spawn('npm', ['start'], {
    cwd: ROOT,
    env: { ...process.env, HUBGATE_CONFIG: join(dir, 'hubgate.toml'), SSH_CONNECTION: '' },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error('npm start could not be started');
  try {
    for (;;) {
      const status = await send(`https://localhost:${port}/readyz`).then(
        (answer) => answer.status,
        () => 0,
      );
      if (status === 200) break;
      if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    const seconds = (performance.now() - started) / 1000;
    await new Promise((resolve) => setTimeout(resolve, idleSeconds * 1000));
    return { seconds, held: await held(pid) };
  } finally {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    process.kill(-pid, 'SIGTERM');
    await ended;
  }
}

/** Every process of the group but npm itself and its shell, which `exec` replaced. */
async function held(group: number): Promise<{ rss: number; pss: number }> {
  const listed = await mustRun('ps', ['-eo', 'pid=,pgid=,args=']);
  const sum = { rss: 0, pss: 0 };
  for (const row of listed.split('\n')) {
    const [, pid, pgid, args] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row) ?? [];
    if (pid === undefined || Number(pgid) !== group || args?.startsWith('npm ') === true) continue;
    const { rss, pss } = memory(Number(pid));
    line(
      `${rss.toFixed(0).padStart(4)} MiB resident, ${pss.toFixed(0)} proportional  ${args?.slice(0, 70) ?? ''}`,
    );
    sum.rss += rss;
    sum.pss += pss;
  }
  return sum;
}
