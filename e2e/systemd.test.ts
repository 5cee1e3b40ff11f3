import { cp, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';

import { run } from './support/run';

const UNITS = join(import.meta.dirname, '..', 'deploy', 'systemd');

let dir: string;

test.beforeAll(async () => {
  // As they are, except that what would be installed under /opt is this machine's own.
  dir = await mkdtemp(join(tmpdir(), 'hubgate-units-'));
  await cp(UNITS, dir, { recursive: true });
  for (const name of await readdir(dir)) {
    const text = await readFile(join(dir, name), 'utf8');
    await writeFile(
      join(dir, name),
      text
        .replace(/^ExecStart=\/usr\/bin\/node /m, `ExecStart=${process.execPath} `)
        .replaceAll('/opt/hubgate', join(import.meta.dirname, '..')),
    );
  }
  // What hubs' units are given is no unit by itself: here as it is installed.
  await mkdir(join(dir, 'jupyterhub.service.d'));
  await rename(join(dir, 'hub-registration.conf'), join(dir, 'jupyterhub.service.d', 'registration.conf'));
  await writeFile(join(dir, 'jupyterhub.service'), '[Service]\nExecStart=/bin/true\n');
});

test.afterAll(() => rm(dir, { recursive: true, force: true }));

test('systemd accepts every unit without a word', async () => {
  const units = (await readdir(dir)).filter((name) => !name.endsWith('.d')).map((name) => join(dir, name));
  expect(units.length).toBeGreaterThan(3);
  const verified = await run('systemd-analyze', ['verify', '--man=no', ...units]);
  expect(verified.stderr + verified.stdout).toBe('');
  expect(verified.code).toBe(0);
});

for (const [unit, exposure] of [
  ['hubgate-signer.service', 1],
  ['hubgate-web.service', 2],
  ['hubgate-server-cert.service', 3],
] as const) {
  test(`${unit} is exposed by no more than ${exposure}.0 of 10`, async () => {
    const scored = await run('systemd-analyze', ['security', '--offline=true', join(dir, unit)]);
    const score = /Overall exposure level for \S+: ([0-9.]+)/.exec(scored.stdout)?.[1];
    expect(Number(score)).toBeLessThanOrEqual(exposure);
  });
}

test('the signer has no network', async () => {
  const unit = await readFile(join(UNITS, 'hubgate-signer.service'), 'utf8');
  expect(unit).toMatch(/^PrivateNetwork=yes$/m);
  expect(unit).toMatch(/^RestrictAddressFamilies=AF_UNIX$/m);
  expect(unit).toMatch(/^User=(?!hubgate$)/m);
});

test("Apache, which is in the portal's group, cannot open the signer's socket", async () => {
  const setting = (unit: string, key: string): string | undefined =>
    new RegExp(`^${key}=(.+)$`, 'm').exec(unit)?.[1];
  const signer = await readFile(join(UNITS, 'hubgate-signer.service'), 'utf8');
  const portal = await readFile(join(UNITS, 'hubgate-web.service'), 'utf8');
  // web.sock is 0660 of the signer's group; Apache joins the portal's group for portal.sock.
  expect(setting(signer, 'Group')).not.toBe(setting(portal, 'Group'));
  expect(setting(portal, 'SupplementaryGroups')).toBe(setting(signer, 'Group'));
});
