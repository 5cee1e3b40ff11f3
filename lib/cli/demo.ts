import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Command } from 'commander';

import { loadConfig } from '../config/load';
import { HubgateError } from '../errors';
import { portIsFree } from '../supervisor/free-ports';
import { outputOf, processEnv, withCtx } from './context';
import { DEMO_HUBS, startDemoHub } from './demo-hubs';
import { start } from './start';

const HOST = '127.0.0.1';
const PORTS = { http: 8080, portal: 8443, gate: 8444 } as const;
const BUNDLE = join(fileURLToPath(new URL('.', import.meta.url)).replace(/chunks\/$/, ''), 'hubgate.mjs');

/** `hubgate demo`: everything live on this machine, in a state directory of its own. */
export function register(program: Command): void {
  program
    .command('demo')
    .description('try everything on this machine: three small hubs, twelve requests, a revoked certificate')
    .action(async (_options: object, command: Command) => {
      const out = outputOf(command);
      const running = await demo(out.note);
      out.result(running.facts, running.text);
      await running.ended;
    });
  program.command('demo-seed', { hidden: true }).action((_options: object, command: Command) =>
    withCtx(command, async (ctx) => {
      const { seedDemo } = await import('./demo-seed');
      for (const line of await seedDemo(ctx)) process.stdout.write(`${line}\n`);
      await ctx.db.close();
    }),
  );
}

async function demo(say: (text: string) => void) {
  const stateDir = resolve(processEnv()['HUBGATE_STATE_DIR'] || 'var-demo');
  claimFolder(stateDir);
  const ports = await choosePorts(say);
  const hubs = await Promise.all(DEMO_HUBS.map(({ name }) => startDemoHub(name)));
  const file = writeSettings(stateDir, ports);
  DEMO_HUBS.forEach(({ name, description }, index) => {
    writeFileSync(
      join(stateDir, 'hubs', `${name}.hub`),
      `https://gate.localhost:${ports.gate}/${name},${description}\nupstream: ${hubs[index]?.upstream}\n`,
    );
  });
  // What this process and its children read from now on.
  processEnv()['HUBGATE_CONFIG'] = file;
  processEnv()['HUBGATE_STATE_DIR'] = stateDir;
  const running = await start(loadConfig({ env: processEnv(), cwd: process.cwd() }), {}, say);
  const seeded = join(stateDir, 'SEEDED');
  if (!existsSync(seeded)) {
    say('Sending twelve requests through the API …');
    await seed(say);
    writeFileSync(seeded, '');
  }
  return {
    ...running,
    text: `${running.text}\n\n  This is a DEMO. To begin anew: stop it and delete ${stateDir}`,
    ended: running.ended.then(() =>
      hubs.forEach(({ server }) => (server.closeAllConnections(), server.close())),
    ),
  };
}

/** A demo never touches a state directory that is not a demo's. */
function claimFolder(stateDir: string): void {
  const used = existsSync(stateDir) && readdirSync(stateDir).length > 0;
  if (used && !existsSync(join(stateDir, 'DEMO'))) {
    throw new HubgateError(
      'start.not-a-demo',
      `${stateDir} is not a demo's state directory, and a demo would write into it. Unset HUBGATE_STATE_DIR, or name a folder that is empty or not there yet.`,
      { params: { stateDir } },
    );
  }
  mkdirSync(join(stateDir, 'hubs'), { recursive: true, mode: 0o700 });
  writeFileSync(join(stateDir, 'DEMO'), 'This state directory belongs to a demo and may be deleted.\n');
}

/** The usual ports, or others where those are taken. */
async function choosePorts(say: (text: string) => void): Promise<Record<keyof typeof PORTS, number>> {
  const chosen: Record<keyof typeof PORTS, number> = { ...PORTS };
  const taken = new Set<number>();
  for (const key of Object.keys(PORTS) as (keyof typeof PORTS)[]) {
    let port: number = PORTS[key];
    while (taken.has(port) || !(await portIsFree(port, HOST))) port += 10;
    taken.add(port);
    if (port !== PORTS[key]) say(`Port ${PORTS[key]} is in use; the demo takes ${port} instead.`);
    chosen[key] = port;
  }
  return chosen;
}

function writeSettings(stateDir: string, ports: Record<keyof typeof PORTS, number>): string {
  const file = join(stateDir, 'hubgate.toml');
  writeFileSync(
    file,
    `# Written by each start of the demo.
stateDir = "."

[site]
url = "https://localhost:${ports.portal}"
httpUrl = "http://localhost:${ports.http}"
gateUrl = "https://gate.localhost:${ports.gate}"
canaryUrl = "https://canary.localhost:${ports.portal}"

[pki]
# A trust store shows these: whoever tried both can tell the demo's root from the evaluation's.
rootCn = "Hubgate Demo Root CA"
signingCn = "Hubgate Demo Signing CA"
signingKey = "p-256"
rootKey = "p-384"

[hubs]
dir = "./hubs"
upstreamFromFiles = true

[signing]
auto = false

[front]
listen = "${HOST}"
`,
  );
  return file;
}

/** In a process of its own: the supervisor stays, the database client need not. */
function seed(say: (text: string) => void): Promise<void> {
  return new Promise((resolvePromise, reject) => {
    const child = spawn(process.execPath, [BUNDLE, 'demo-seed'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) =>
      chunk
        .toString()
        .trim()
        .split('\n')
        .forEach((line) => say(`  ${line}`)),
    );
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0) say(`  The demo's requests could not all be made: ${stderr.slice(-600)}`);
      resolvePromise();
    });
  });
}
