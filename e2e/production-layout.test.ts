import { chown, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';

import type { Apache } from './support/apache';
import { send } from './support/https-client';
import { issue, type Issued } from './support/issue';
import { makeForeignCa } from './support/openssl';
import { until } from './support/ports';
import { layOutProduction, type Production, type Service, type Who } from './support/production';
import { mustRun, run, type Ran } from './support/run';

// Two services of two users and Apache as a third, as docs/administrator.md sets them up: what runs
// here are the unit files' own command, user, groups, mask and folders, and the Apache file that
// `hubgate init` writes.
test.describe.configure({ mode: 'serial' });

const SIGNING_PHRASE = 'zebra-violin-harbour-Quiet 7';

let site: Production;
let signer: Service;
let apache: Apache;
let rootPem: string;
let token: string;
let alice: Issued;

test.beforeAll(async () => {
  site = await layOutProduction();
});
test.afterAll(() => site?.remove());

function succeeded(ran: Ran): Ran {
  if (ran.code !== 0) throw new Error(`ended with ${ran.code}: ${ran.stderr}${ran.stdout}`);
  return ran;
}

const call = (url: string, identity?: Issued['identity']) =>
  send(url, {
    ca: rootPem,
    headers: { accept: 'application/json' },
    ...(identity === undefined ? {} : { identity }),
  });

const ready = async () => {
  const { status, text } = await call(`${site.url}/readyz`);
  return { status, body: JSON.parse(text) as Record<string, unknown> };
};

/** `open`, or the error by which a user does not get through. */
async function connects(who: Who, socket: string): Promise<string> {
  const script = `require('node:net').connect(process.argv[1])
    .on('connect', () => { console.log('open'); process.exit(); })
    .on('error', (error) => console.log(error.code));`;
  return (await site.as(who, process.execPath, '-e', script, site.path(socket))).stdout.trim();
}

/** Which of these files a user can read. */
const readable = async (who: Who, files: readonly string[]) =>
  (await site.as(who, 'sh', '-c', 'for f; do [ -r "$f" ] && echo "$f"; done; true', 'sh', ...files)).stdout
    .split('\n')
    .filter(Boolean);

const filesBelow = async (folder: string) =>
  (await mustRun('find', [site.path(folder), '-type', 'f'])).split('\n').filter(Boolean);

async function unlock(): Promise<void> {
  const file = join(site.dir, 'typed');
  await writeFile(file, `${SIGNING_PHRASE}\n`, { mode: 0o600 });
  await chown(file, Number(await mustRun('id', ['-u', site.users.signer])), 0);
  succeeded(await site.hubgate('signer', 'ca', 'unlock', '--passphrase-file', file));
}

test('the portal does not start without a CA, makes none, and says what to do', async () => {
  const folder = site.path('/var/lib/hubgate');
  await mustRun('install', ['-d', '-m', '0700', '-o', site.users.portal, '-g', site.users.portal, folder]);
  const ran = await site.hubgate('portal', 'start', '--no-signer');
  expect(ran.code).toBe(1);
  expect(ran.stderr).toMatch(/There is no CA yet .*Make it as root: hubgate init/);
  expect(await readdir(site.path('/var/lib'))).not.toContain('hubgate-signer');
  await mustRun('rm', ['-r', folder]);
});

test('the ceremony, held by root, gives each user its own', async () => {
  await writeFile(join(site.dir, 'root', 'root.txt'), 'Root phrase of four good words\n', { mode: 0o600 });
  await writeFile(join(site.dir, 'root', 'signing.txt'), `${SIGNING_PHRASE}\n`, { mode: 0o600 });
  const answers = join(site.dir, 'root', 'answers.toml');
  await writeFile(
    answers,
    `[ceremony]\nrootPassphraseFile = "root.txt"\nsigningPassphraseFile = "signing.txt"\n` +
      `apacheFile = "${site.path('/etc/hubgate/apache.conf')}"\n`,
  );
  const words = ['init', '--answers', answers, '--json'];
  const users = ['--portal-user', site.users.portal, '--signer-user', site.users.signer];
  const made = JSON.parse(succeeded(await site.hubgate('root', ...words, ...users)).stdout);
  expect(made).toMatchObject({ made: true, portalUser: site.users.portal, signerUser: site.users.signer });
  rootPem = await readFile(join(site.caDir, 'root-ca.pem'), 'utf8');
  const { mode, uid } = await stat(site.path('/etc/hubgate/server.key'));
  expect([mode & 0o777, uid]).toEqual([0o600, 0]);
});

test('signer, portal and Apache come up from the shipped files', async () => {
  signer = await site.startUnit('hubgate-signer.service');
  const portal = await site.startUnit('hubgate-web.service');
  await until('the maps', () => stat(site.path('/var/lib/hubgate-gate/revoked.map'))).catch(
    (error: unknown) => {
      throw new Error(`${String(error)}\n${signer.output()}${portal.output()}`);
    },
  );
  apache = await site.startApache();
  const up = async () => {
    const now = await ready();
    if (now.status !== 200) throw new Error(JSON.stringify(now));
    return true;
  };
  await until('the portal through Apache', up).catch(async (error: unknown) => {
    throw new Error(`${String(error)}\n${signer.output()}${portal.output()}${await apache.errorLog()}`);
  });
  // The journal of a machine is read by more people than may become administrator.
  expect(portal.output()).not.toContain('#');
  expect(portal.output()).toContain(site.url);
});

test('a locked signer is no outage: CRLs are there, and readiness says it', async () => {
  expect((await ready()).body).toMatchObject({ ready: true, signer: 'locked' });
  for (const name of ['root-ca', 'signing-ca']) {
    const crl = await call(`${site.httpUrl}/crl/${name}.crl`);
    expect(crl.status, name).toBe(200);
    await writeFile(join(site.dir, `${name}.crl`), crl.bytes);
    const bundle = site.path('/etc/hubgate/ca-bundle.pem');
    await mustRun('openssl', [
      'crl',
      '-inform',
      'DER',
      '-in',
      join(site.dir, `${name}.crl`),
      '-CAfile',
      bundle,
      '-noout',
    ]);
  }
});

test('an operator unlocks by the signer’s own socket, and a CSR becomes a certificate', async () => {
  const refused = await site.hubgate('portal', 'ca', 'unlock', '--passphrase-file', join(site.dir, 'typed'));
  expect(refused.code).toBe(1);
  await unlock();
  expect((await ready()).body).toMatchObject({ signer: 'unlocked' });
  const link = JSON.parse(succeeded(await site.hubgate('portal', 'admin', 'create', '--json')).stdout);
  expect(link.url).toContain(`${site.url}/`);
  const words = ['token', 'create', '--name', 'ci', '--role', 'approver', '--role', 'operator', '--json'];
  token = JSON.parse(succeeded(await site.hubgate('portal', ...words)).stdout).token;
  alice = await issue(site, token, 'alice');
  expect(alice.serial).toMatch(/^[0-9a-f]{38,40}$/);
});

test('the certificate is accepted at the gate, and opens the hub', async () => {
  const check = await call(`${site.gateUrl}/status/cert-check`, alice.identity);
  expect(JSON.parse(check.text)).toMatchObject({ shown: true, accepted: true });
  expect((await call(`${site.gateUrl}/astro/`, alice.identity)).status).toBe(200);
  expect(site.hub.seen.at(-1)?.headers['x-ssl-client-s-dn']).toContain('CN=alice');
  expect((await call(`${site.gateUrl}/astro/`)).status).toBe(403);
});

test('the second lock: a revocation is in Apache’s CRL by the path unit, and counts without the portal’s map', async () => {
  const crls = site.path('/etc/hubgate/crls.pem');
  expect(await readFile(site.path('/etc/hubgate/apache.conf'), 'utf8')).toContain(
    `SSLCARevocationFile "${crls}"`,
  );
  const lost = await issue(site, token, 'lost');
  expect((await call(`${site.gateUrl}/astro/`, lost.identity)).status).toBe(200);
  expect((await site.runPathUnit('hubgate-crl')).code).toBe(0);
  const before = await readFile(crls);

  const began = performance.now();
  succeeded(await site.hubgate('portal', 'certs', 'revoke', lost.serial, '--reason', 'keyCompromise'));
  expect((await site.runPathUnit('hubgate-crl')).code).toBe(0);
  console.log(`revoked, published, checked and installed in ${Math.round(performance.now() - began)} ms`);
  expect((await readFile(crls)).equals(before)).toBe(false);
  await apache.graceful();

  // The portal forgets: only Apache's own list knows now.
  const map = site.path('/var/lib/hubgate-gate/revoked.map');
  const truth = await readFile(map, 'utf8');
  await writeFile(map, 'complete yes\n');
  await expect(call(`${site.gateUrl}/astro/`, lost.identity)).rejects.toThrow(/alert|ECONNRESET|socket/i);
  expect((await call(`${site.gateUrl}/astro/`, alice.identity)).status).toBe(200);
  await writeFile(map, truth);
});

test('the second lock takes no list that is foreign, older, incomplete or not there', async () => {
  const bundle = site.path('/etc/hubgate/ca-bundle.pem');
  const crls = site.path('/etc/hubgate/crls.pem');
  const published = site.path('/var/lib/hubgate-gate/crls.pem');
  const script = join(import.meta.dirname, '../deploy/apache/hubgate-crl-refresh.sh');
  const good = await readFile(published);
  const older = join(site.dir, 'older.pem');
  await writeFile(older, good);
  await new Promise((resolve) => setTimeout(resolve, 1100)); // thisUpdate has seconds
  const old = await issue(site, token, 'old');
  succeeded(await site.hubgate('portal', 'certs', 'revoke', old.serial, '--reason', 'superseded'));
  expect((await site.runPathUnit('hubgate-crl')).code).toBe(0);
  const inPlace = await readFile(crls);
  expect(inPlace.equals(good)).toBe(false);

  const foreign = join(site.dir, 'foreign.pem');
  await writeFile(foreign, await foreignList(site.dir));
  const cut = join(site.dir, 'cut.pem');
  await writeFile(cut, inPlace.subarray(0, inPlace.lastIndexOf('-----BEGIN')));
  const pipe = join(site.dir, 'pipe.pem');
  await mustRun('mkfifo', [pipe]);
  for (const [source, says] of [
    [older, 'is older than the one in place'],
    [foreign, 'is not signed by a CA of'],
    [cut, 'lacks a list that is needed'],
    [pipe, 'there is no'],
    [join(site.dir, 'gone.pem'), 'there is no'],
  ] as const) {
    const refused = await run(script, [source, bundle, crls, 'false']);
    expect([refused.code, refused.stderr], source).toEqual([1, expect.stringContaining(says)]);
    expect((await readFile(crls)).equals(inPlace), source).toBe(true);
  }
});

/** A root's list that nobody here knows. */
async function foreignList(dir: string): Promise<string> {
  const ca = await makeForeignCa(dir, 'another');
  const file = join(dir, 'of-another-ca.pem');
  await ca.writeCrls(file);
  return readFile(file, 'utf8');
}

test('the portal’s user orders at the signer, and gets no further', async () => {
  expect(await connects('portal', '/run/hubgate-signer/web.sock')).toBe('open');
  expect(await connects('portal', '/run/hubgate-signer/operator.sock')).toBe('EACCES');
  const keys = await filesBelow('/var/lib/hubgate-signer');
  expect(keys.map((file) => file.split('/').at(-1))).toContain('signing-ca.key');
  expect(await readable('portal', keys)).toEqual([]);
  expect(await readable('signer', keys)).toEqual(keys);
  expect(await readable('portal', [site.path('/etc/hubgate/server.key')])).toEqual([]);
});

test('Apache’s user reaches the portal’s socket and the maps, and nothing else', async () => {
  expect(await connects('apache', '/run/hubgate/portal.sock')).toBe('open');
  expect(await connects('apache', '/run/hubgate-signer/web.sock')).toBe('EACCES');
  expect(await connects('apache', '/run/hubgate-signer/operator.sock')).toBe('EACCES');
  const maps = await filesBelow('/var/lib/hubgate-gate');
  expect(maps.length).toBeGreaterThan(3);
  expect(await readable('apache', maps)).toEqual(maps);
  const state = [...(await filesBelow('/var/lib/hubgate')), ...(await filesBelow('/var/lib/hubgate-signer'))];
  expect(state.length).toBeGreaterThan(8);
  expect(await readable('apache', state)).toEqual([]);
  expect(await readable('signer', await filesBelow('/var/lib/hubgate'))).toEqual([]);
});

test('the portal says that its signer is down, and goes on by itself when it is back', async () => {
  await signer.stop();
  const down = await until('the portal notices', async () => {
    const now = await ready();
    return now.status === 503 && now;
  });
  expect(down.body).toMatchObject({ ready: false, signer: 'down' });
  // The gate needs neither.
  expect((await call(`${site.gateUrl}/astro/`, alice.identity)).status).toBe(200);
  signer = await site.startUnit('hubgate-signer.service');
  await until('the portal finds it again', async () => (await ready()).body['signer'] === 'locked');
  await unlock();
  const bob = await issue(site, token, 'bob');
  expect((await call(`${site.gateUrl}/astro/`, bob.identity)).status).toBe(200);
});

test('doctor, run as the portal’s user, finds nothing wrong with users and folders', async () => {
  const said = JSON.parse((await site.hubgate('portal', 'doctor', '--json')).stdout) as {
    findings: { check: string; level: string; says: string }[];
  };
  expect(said.findings.filter(({ level }) => level !== 'ok')).toEqual([]);
});
