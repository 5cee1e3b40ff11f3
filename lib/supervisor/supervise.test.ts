import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';
import { afterEach, describe, expect, it } from 'vitest';

import { checkPorts } from './free-ports';
import { lockInstance } from './instance-lock';
import { prepareStateFolder } from './state-folder';
import { supervise, type ChildSpec, type Supervisor } from './supervise';

const folder = mkdtempSync(join(tmpdir(), 'hg-supervise-'));
const running: Supervisor[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((supervisor) => supervisor.stop()));
});

/** A child that writes its pid, and ends with its parent as the real ones do. */
function child(name: string, more = ''): ChildSpec & { pid: () => number } {
  const file = join(folder, `${name}-${Math.random().toString(36).slice(2)}`);
  const script = `
    const fs = require('node:fs');
    if (process.env.HUBGATE_SUPERVISED === '1') process.stdin.on('end', () => process.exit(0)).resume();
    ${more}
    fs.writeFileSync(${JSON.stringify(file)}, String(process.pid));
    setInterval(() => undefined, 1000);`;
  const pid = () => (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0);
  return { name, args: ['-e', script], env: {}, ready: () => Promise.resolve(pid() > 0), pid };
}

const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function start(specs: ChildSpec[], said: string[] = []) {
  const supervisor = await supervise(specs, (text) => said.push(text), join(folder, 'log', 'test.log'));
  running.push(supervisor);
  return supervisor;
}

describe('supervise', () => {
  it('restarts a child that was killed, and says so', async () => {
    const said: string[] = [];
    const one = child('one');
    const two = child('two');
    const supervisor = await start([one, two], said);
    const [first, other] = [one.pid(), two.pid()];
    expect(supervisor.pids()).toEqual({ one: first, two: other });
    process.kill(first, 'SIGKILL');
    await expect.poll(() => one.pid(), { timeout: 8000 }).not.toBe(first);
    await expect
      .poll(() => said.join('\n'), { timeout: 8000 })
      .toMatch(/one ended \(SIGKILL\).*Restarting in 0.5 s.\none runs again/s);
    expect(alive(other)).toBe(true);
  }, 20_000);

  it('ends them all, also one that ignores SIGTERM, within ten seconds', async () => {
    const stubborn = child('stubborn', "process.on('SIGTERM', () => undefined);");
    const plain = child('plain');
    const supervisor = await start([plain, stubborn]);
    const started = Date.now();
    await supervisor.stop();
    expect(Date.now() - started).toBeLessThan(10_000);
    expect([alive(plain.pid()), alive(stubborn.pid())]).toEqual([false, false]);
  }, 20_000);

  it('says with its last words why a child does not come up, and leaves nothing behind', async () => {
    const good = child('good');
    const bad: ChildSpec = {
      name: 'bad',
      args: ['-e', "console.error('bad: Port 1 is in use'); process.exit(1)"],
      env: {},
      ready: () => Promise.resolve(false),
    };
    await expect(start([good, bad])).rejects.toMatchObject({
      code: 'start.port-in-use',
      message: expect.stringContaining('Port 1 is in use') as string,
    });
    expect(alive(good.pid())).toBe(false);
  }, 20_000);

  it('leaves no orphans when it is killed itself', async () => {
    const bundle = join(folder, 'bundle.mjs');
    await build({
      entryPoints: [fileURLToPath(new URL('supervise.ts', import.meta.url))],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
    });
    const one = child('orphan');
    const script = `
      import { supervise } from ${JSON.stringify(bundle)};
      await supervise([{ name: 'one', args: ${JSON.stringify(one.args)}, env: {}, ready: async () => true }], () => undefined, ${JSON.stringify(join(folder, 'o.log'))});
      setInterval(() => undefined, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
    await expect.poll(() => one.pid(), { timeout: 8000 }).toBeGreaterThan(0);
    parent.kill('SIGKILL');
    await expect.poll(() => alive(one.pid()), { timeout: 8000 }).toBe(false);
  }, 20_000);
});

describe('what is checked before', () => {
  it('lets one supervisor work on a state directory, and takes over from a dead one', async () => {
    const runDir = mkdtempSync(join(tmpdir(), 'hg-run-'));
    writeFileSync(join(runDir, 'supervisor.sock'), ''); // what a killed one leaves: a name nobody answers at
    const lock = await lockInstance(runDir);
    await expect(lockInstance(runDir)).rejects.toMatchObject({
      code: 'start.already-running',
      message: expect.stringContaining(String(process.pid)) as string,
    });
    lock.close();
    (await lockInstance(runDir)).close();
  });

  it('names the port that is in use, and the key that changes it', async () => {
    const busy = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => busy.once('listening', resolve));
    const { port } = busy.address() as AddressInfo;
    const wanted = [{ port, origin: `https://localhost:${port}`, key: 'site.url' }];
    await expect(checkPorts(wanted, '127.0.0.1')).rejects.toMatchObject({
      code: 'start.port-in-use',
      field: 'site.url',
      message: expect.stringContaining(`Port ${port}`) as string,
    });
    await new Promise((resolve) => busy.close(resolve));
    await checkPorts(wanted, '127.0.0.1');
  });

  it('makes the state directory for the owner only, and says what is wrong with one that cannot be', () => {
    const state = join(folder, 'state');
    prepareStateFolder(state);
    prepareStateFolder(state);
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    expect(() => prepareStateFolder(file)).toThrow(
      expect.objectContaining({ code: 'start.state-dir' }) as Error,
    );
    expect(() => prepareStateFolder(join(file, 'below'))).toThrow(
      expect.objectContaining({ code: 'start.state-dir' }) as Error,
    );
  });

  it.runIf(process.platform === 'linux')('names a file system that takes no files', () => {
    // /proc takes no new files from anybody, root included.
    const link = join(folder, 'link');
    symlinkSync('/proc/self', link);
    expect(() => prepareStateFolder(link)).toThrow(
      expect.objectContaining({ code: 'start.state-dir' }) as Error,
    );
  });
});
