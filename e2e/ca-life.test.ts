import { chown, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';

import type { Apache } from './support/apache';
import { send } from './support/https-client';
import { issue, type Issued } from './support/issue';
import { until } from './support/ports';
import { layOutProduction, type Production, type Service } from './support/production';
import { mustRun, type Ran } from './support/run';

// The CA's own life where portal, signer and Apache are three users: root rolls over, backs up and
// restores; the gate takes certificates of both CAs, with the CRLs as the second lock.
test.describe.configure({ mode: 'serial' });

const ROOT_PHRASE = 'Root phrase of four good words';
const SIGNING_PHRASE = 'zebra-violin-harbour-Quiet 7';
const NEXT_PHRASE = 'another violin in harbour-Quiet 8';
const BACKUP_PHRASE = 'backups have a phrase of their own 9';

let site: Production;
let apache: Apache;
let services: Service[] = [];
let rootPem: string;
let token: string;
let alice: Issued;
let bob: Issued;

test.beforeAll(async () => {
  site = await layOutProduction();
});
test.afterAll(() => site?.remove());

function succeeded(ran: Ran): Ran {
  if (ran.code !== 0) throw new Error(`ended with ${ran.code}: ${ran.stderr}${ran.stdout}`);
  return ran;
}

async function phrase(name: string, text: string, owner = 0): Promise<string> {
  const file = join(site.dir, name);
  await writeFile(file, `${text}\n`, { mode: 0o600 });
  await chown(file, owner, 0);
  return file;
}

async function unlock(text: string): Promise<Record<string, unknown>> {
  const file = await phrase('typed', text, Number(await mustRun('id', ['-u', site.users.signer])));
  const ran = await site.hubgate('signer', 'ca', 'unlock', '--passphrase-file', file, '--json');
  return JSON.parse(succeeded(ran).stdout) as Record<string, unknown>;
}

async function asRoot(...words: string[]): Promise<Record<string, unknown>> {
  return JSON.parse(succeeded(await site.hubgate('root', ...words, '--json')).stdout) as Record<
    string,
    unknown
  >;
}

async function startAll(): Promise<void> {
  services = [await site.startUnit('hubgate-signer.service'), await site.startUnit('hubgate-web.service')];
  await until('the portal', async () => {
    const { status } = await send(`${site.url}/readyz`, { ca: rootPem }).catch(() => ({ status: 0 }));
    return status === 200;
  });
}

const gate = async (who: Issued) => {
  const answer = await send(`${site.gateUrl}/astro/`, { ca: rootPem, identity: who.identity }).catch(
    () => null,
  );
  return answer?.status ?? 'no handshake';
};

/** As the path unit does, and Apache reads its files again. */
async function refreshLists(): Promise<void> {
  // A list that the new CA has not issued yet is refused, and the next one is told of.
  await until('the lists', async () => (await site.runPathUnit('hubgate-crl')).code === 0);
  await apache.graceful();
}

/** A graceful reload is over when its new processes answer. */
const opensGate = async (who: Issued): Promise<void> => {
  await until('the gate opens', async () => (await gate(who)) === 200);
};

const owner = async (path: string): Promise<string> =>
  (await mustRun('stat', ['-c', '%U %a', site.path(path)])).trim();

test('a CA, its services and somebody with a certificate', async () => {
  const answers = join(site.dir, 'root', 'answers.toml');
  await writeFile(join(site.dir, 'root', 'root.txt'), `${ROOT_PHRASE}\n`, { mode: 0o600 });
  await writeFile(join(site.dir, 'root', 'signing.txt'), `${SIGNING_PHRASE}\n`, { mode: 0o600 });
  await writeFile(
    answers,
    `[ceremony]\nrootPassphraseFile = "root.txt"\nsigningPassphraseFile = "signing.txt"\n` +
      `apacheFile = "${site.path('/etc/hubgate/apache.conf')}"\n` +
      `exportRootTo = "${join(site.dir, 'root', 'stick.key')}"\n`,
  );
  const users = ['--portal-user', site.users.portal, '--signer-user', site.users.signer];
  await asRoot('init', '--answers', answers, ...users);
  rootPem = await readFile(join(site.caDir, 'root-ca.pem'), 'utf8');
  services = [await site.startUnit('hubgate-signer.service'), await site.startUnit('hubgate-web.service')];
  await until('the maps', () => stat(site.path('/var/lib/hubgate-gate/revoked.map')));
  apache = await site.startApache();
  await until('the portal', async () => {
    const { status } = await send(`${site.url}/readyz`, { ca: rootPem }).catch(() => ({ status: 0 }));
    return status === 200;
  });
  await unlock(SIGNING_PHRASE);
  const words = ['token', 'create', '--name', 'ci', '--role', 'approver', '--role', 'operator', '--json'];
  token = (JSON.parse(succeeded(await site.hubgate('portal', ...words)).stdout) as { token: string }).token;
  alice = await issue(site, token, 'alice');
  await refreshLists();
  expect(await gate(alice)).toBe(200);
});

test('root rolls over with the key from the stick; both CAs open the gate, with their lists', async () => {
  const portal = await site.hubgate(
    'portal',
    'ca',
    'rollover',
    '--root-passphrase-file',
    '/x',
    '--passphrase-file',
    '/x',
  );
  expect(portal.code).toBe(1);
  const rolled = await asRoot(
    'ca',
    'rollover',
    '--root-key',
    join(site.dir, 'root', 'stick.key'),
    '--root-passphrase-file',
    await phrase('root-phrase', ROOT_PHRASE),
    '--passphrase-file',
    await phrase('next-phrase', NEXT_PHRASE),
  );
  expect(rolled).toMatchObject({ rolledOver: true, bundle: site.path('/etc/hubgate/ca-bundle.pem') });
  const bundle = await readFile(site.path('/etc/hubgate/ca-bundle.pem'), 'utf8');
  expect(bundle.match(/BEGIN CERTIFICATE/g)).toHaveLength(3);
  expect(await owner('/var/lib/hubgate-signer/cas')).toBe(`${site.users.signer} 700`);

  bob = await issue(site, token, 'bob');
  const issuer = await mustRun('openssl', ['x509', '-noout', '-issuer', '-in', await pemOf(bob)]);
  expect(issuer).toContain('Signing CA G2');
  // Apache does not know the new CA before it reads its files again.
  expect(await gate(bob)).not.toBe(200);
  await refreshLists();
  await opensGate(bob);
  await opensGate(alice);

  // Each revocation in the list of its own CA, both lists before Apache.
  const lists = await readFile(site.path('/etc/hubgate/crls.pem'), 'utf8');
  expect(lists.match(/BEGIN X509 CRL/g)).toHaveLength(3);
});

async function pemOf({ identity }: Issued): Promise<string> {
  const file = join(site.dir, 'one.pem');
  await writeFile(file, identity.cert);
  return file;
}

test('a backup is root’s to make; it comes back with everything in its place and everybody’s own', async () => {
  const secret = await phrase('backup-phrase', BACKUP_PHRASE);
  const refused = await site.hubgate(
    'portal',
    'ca',
    'backup',
    join(site.dir, 'x'),
    '--passphrase-file',
    '/dev/null',
    '--json',
  );
  expect(refused.code).toBe(1);
  const made = await asRoot('ca', 'backup', '--passphrase-file', secret);
  const file = join(site.dir, 'root', 'kept.hgbackup');
  expect(made['file']).toContain(site.path('/var/lib/hubgate-signer/backups/'));
  await rename(String(made['file']), file);
  // The portal goes on: root left nothing of its own in its folder.
  expect(
    (
      await mustRun('find', [site.path('/var/lib/hubgate'), '-not', '-path', '*/ca*', '-user', 'root'])
    ).trim(),
  ).toBe('');
  const carol = await issue(site, token, 'carol');
  expect(await gate(carol)).toBe(200);

  for (const service of services.reverse()) await service.stop();
  for (const folder of ['hubgate', 'hubgate-signer']) {
    await rename(site.path(`/var/lib/${folder}`), site.path(`/var/lib/${folder}.lost`));
  }
  const users = ['--portal-user', site.users.portal, '--signer-user', site.users.signer];
  const back = await asRoot('ca', 'restore', file, '--passphrase-file', secret, ...users);
  expect(back).toMatchObject({ counts: made['counts'] });
  expect(await owner('/var/lib/hubgate-signer')).toBe(`${site.users.signer} 700`);
  expect(await owner('/var/lib/hubgate-signer/cas')).toBe(`${site.users.signer} 700`);
  expect(await owner('/var/lib/hubgate-signer/journal.db')).toBe(`${site.users.signer} 600`);
  expect(await owner('/var/lib/hubgate')).toBe(`${site.users.portal} 700`);
  expect(await owner('/var/lib/hubgate/portal.db')).toBe(`${site.users.portal} 600`);
  expect(await owner('/var/lib/hubgate/ca/root-ca.pem')).toBe('root 644');
  expect(
    (
      await mustRun('find', [site.path('/var/lib/hubgate-signer'), '-not', '-user', site.users.signer])
    ).trim(),
  ).toBe('');

  await startAll();
  expect(await unlock(NEXT_PHRASE)).toMatchObject({ state: 'unlocked', formerKeys: [{ state: 'locked' }] });
  expect(await unlock(SIGNING_PHRASE)).toMatchObject({ formerKeys: [{ state: 'unlocked' }] });
  expect([await gate(alice), await gate(bob)]).toEqual([200, 200]);
  const dora = await issue(site, token, 'dora');
  expect(await gate(dora)).toBe(200);
});
