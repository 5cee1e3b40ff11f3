import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';
import Database from 'better-sqlite3';

import { opensslCsr } from './support/csr';
import { bearer, curl, jsonBody } from './support/curl';
import { submit } from './support/issue';
import { freePorts, until } from './support/ports';
import { startPortal } from './support/portal';
import { mustRun, run } from './support/run';

// Whatever stands in the way of a start is said: what is wrong, where, and what to do.

const HUBGATE = join(import.meta.dirname, '..', 'dist', 'hubgate.mjs');

type Ended = { code: number | null; output: string; seconds: number };

/** Starts Hubgate with this configuration and waits for its end; a start that succeeds is a failure. */
async function startAndFail(toml: string, options: { uid?: number } = {}): Promise<Ended> {
  const dir = await mkdtemp(join(tmpdir(), 'hubgate-fail-'));
  await chmod(dir, 0o755);
  const file = join(dir, 'hubgate.toml');
  await writeFile(file, toml);
  const began = performance.now();
  const child = spawn(process.execPath, [HUBGATE, 'start'], {
    cwd: dir,
    env: { ...process.env, HOME: dir, HUBGATE_CONFIG: file, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  }
  const code = await new Promise<number | null>((resolve) => {
    const patience = setTimeout(() => child.kill('SIGTERM'), 60_000);
    child.once('exit', (exit) => {
      clearTimeout(patience);
      resolve(exit);
    });
  });
  await rm(dir, { recursive: true, force: true });
  return { code, output, seconds: (performance.now() - began) / 1000 };
}

async function site(stateDir: string): Promise<string> {
  const [http, https, gate] = (await freePorts(3)) as [number, number, number];
  return `stateDir = "${stateDir}"
[site]
url = "https://localhost:${https}"
httpUrl = "http://localhost:${http}"
gateUrl = "https://gate.localhost:${gate}"
canaryUrl = "https://canary.localhost:${https}"
[pki]
rootKey = "p-384"
signingKey = "p-256"
`;
}

/** What is wrong and what to do, without a stack trace. */
function expectSaid(ended: Ended, ...words: RegExp[]): void {
  expect(ended.code, ended.output).not.toBe(0);
  for (const word of words) expect(ended.output).toMatch(word);
  expect(ended.output).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  expect(ended.seconds).toBeLessThan(30);
}

let scratch: string;
test.beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'hubgate-state-'));
  await chmod(scratch, 0o755);
});
test.afterEach(() => rm(scratch, { recursive: true, force: true }));

test('a wrong key in hubgate.toml: key, line, and what was probably meant', async () => {
  const ended = await startAndFail(`${await site(join(scratch, 's'))}[hubs]\ndefaultAcces = "listed"\n`);
  expectSaid(ended, /defaultAcces\b/, /line 11/, /defaultAccess/);
});

test('a wrong value in hubgate.toml: key, value, line, and what is allowed', async () => {
  const ended = await startAndFail(`${await site(join(scratch, 's'))}[hubs]\ndefaultAccess = "everybody"\n`);
  expectSaid(ended, /hubs\.defaultAccess/, /everybody/, /line 11/, /any-valid/);
});

test('hubgate.toml that is no TOML', async () => {
  expectSaid(await startAndFail('[site\nurl = 1\n'), /line 1/);
});

test('a port in use: which one, and who asked for it', async () => {
  const toml = await site(join(scratch, 's'));
  const port = Number(/url = "https:\/\/localhost:(\d+)"/.exec(toml)?.[1]);
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(port, '127.0.0.1', resolve));
  try {
    expectSaid(await startAndFail(toml), new RegExp(`${port}`), /site\.url/);
  } finally {
    await new Promise((resolve) => blocker.close(resolve));
  }
});

test('a state directory that cannot be written', async () => {
  const root = process.getuid?.() === 0;
  const stateDir = join(scratch, 'readonly');
  await mkdir(stateDir);
  await chmod(stateDir, 0o555);
  // Modes mean nothing to root: the start is somebody else's.
  const ended = await startAndFail(await site(stateDir), root ? { uid: 65534 } : {});
  expectSaid(ended, new RegExp(stateDir));
});

test('a full disk', async () => {
  expect(process.getuid?.(), 'a small file system can only be mounted by root').toBe(0);
  const stateDir = join(scratch, 'full');
  await mkdir(stateDir);
  await mustRun('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', stateDir]);
  try {
    expectSaid(await startAndFail(await site(stateDir)), new RegExp(stateDir));
  } finally {
    await run('umount', ['-l', stateDir]);
  }
});

test('a database of a newer version', async () => {
  const portal = await startPortal({ front: 'embedded' });
  try {
    await portal.kill();
    const database = new Database(join(portal.stateDir, 'portal.db'));
    database
      .prepare(
        `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
         VALUES ('newer', '0', '99991231000000_of_a_later_version', datetime('now'), datetime('now'), 1)`,
      )
      .run();
    database.close();
    const toml = await readFile(join(portal.dir, 'hubgate.toml'), 'utf8');
    expectSaid(await startAndFail(toml), /99991231000000_of_a_later_version|newer/);
  } finally {
    await portal.stop();
  }
});

test('a second start of the same state directory', async () => {
  const portal = await startPortal({ front: 'embedded' });
  try {
    const toml = await readFile(join(portal.dir, 'hubgate.toml'), 'utf8');
    const ended = await startAndFail(toml);
    expect(ended.code).not.toBe(0);
    expect(ended.output).toMatch(/already|in use/);
    expect((await portal.call('/readyz')).status).toBe(200);
  } finally {
    await portal.stop();
  }
});

test('an evaluation refuses to be found on the network', async () => {
  const toml = (await site(join(scratch, 's'))).replace('https://localhost', 'https://hubs.example.org');
  expectSaid(await startAndFail(toml), /--evaluation-on-network/);
});

test('a signer that is locked or down: approving goes on, signing says why it does not', async () => {
  const portal = await startPortal({ front: 'embedded', toml: '[signing]\nauto = false' });
  try {
    const token = await portal.token('approver', 'operator');
    const made = await opensslCsr(portal.dir, 'alice');
    const { id } = await submit(portal, made);
    const locked = await portal.hubgate(['ca', 'lock']);
    expect(locked.code, locked.stderr).toBe(0);
    const ready = await portal.call('/readyz');
    expect(ready.status).toBe(200);
    expect(ready.text).toContain('locked');
    const approved = await curl(
      portal,
      `/api/v1/admin/requests/${id}/approve`,
      ...bearer(token),
      ...jsonBody({}),
    );
    expect(approved.status).toBe(200);
    const sign = () =>
      curl(
        portal,
        '/api/v1/admin/requests/sign',
        ...bearer(token),
        '--header',
        'Accept: application/json',
        ...jsonBody({ ids: [id] }),
      );
    const refused = await sign();
    expect(refused.status).toBe(503);
    expect(refused.json()).toMatchObject({ code: 'signer.locked' });
    expect(String(refused.json()['detail'])).toContain('hubgate ca unlock');
    const state = await curl(portal, `/api/v1/admin/requests?state=APPROVED`, ...bearer(token));
    expect(state.body).toContain(id);

    const pid = (await portal.processes())['signer'];
    if (pid === undefined) throw new Error('no signer');
    process.kill(pid, 'SIGSTOP'); // hangs, as after a bad disk
    process.kill(pid, 'SIGKILL');
    const down = await sign();
    expect(down.status).toBe(503);
    expect(down.json()['code']).toMatch(/^signer\.(down|locked)$/);
    // The supervisor starts it again, and the evaluation CA unlocks by itself.
    await until('the signer signs again', async () => (await sign()).status === 200, 30);
    await until('it is issued', async () => {
      const now = await curl(portal, `/api/v1/admin/requests?state=ISSUED`, ...bearer(token));
      return now.body.includes(id);
    });
  } finally {
    await portal.stop();
  }
});
