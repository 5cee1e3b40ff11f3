import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';

import { expect, test } from '@playwright/test';

import { serveWithApache, type Apache } from './support/apache';
import { testBrowser } from './support/chromium';
import { opensslCsr, type MadeCsr } from './support/csr';
import { bearer, curl, jsonBody } from './support/curl';
import { pickUp, type Issued } from './support/issue';
import { freePorts } from './support/ports';
import { startPortal, type Portal } from './support/portal';
import { signedByOldKey } from './support/renewal';
import { mustRun, run } from './support/run';
import { verifyWithThree } from './support/three-verifiers';

// Certificates of machines: by one command, by the API and by the page; held against OpenSSL, GnuTLS
// and NSS, and served by a real Apache.
test.describe.configure({ mode: 'serial' });

const NAME = 'hub.cmm.example.org';
const HOSTS = ['www.cmm.example.org', '192.0.2.7', '2001:db8::7'];
const STRANGE = 'evil.example.com';

let portal: Portal;
let token: string;
let dir: string;
let apache: Apache | null = null;
let port: number;
const file = (end: string) => join(dir, `${NAME}${end}`);

test.beforeAll(async () => {
  test.setTimeout(180_000);
  [port = 0] = await freePorts(1);
  portal = await startPortal({
    front: 'embedded',
    pki: 'serverNames = [".cmm.example.org", "192.0.2.7", "2001:db8::7"]',
    toml: '[signing]\nauto = false\n[requests]\nopenPerAddress = 100',
  });
  token = await portal.token('approver', 'operator');
  dir = join(portal.dir, 'machine');
  await mkdir(dir);
});
test.afterAll(async () => {
  await apache?.stop();
  await portal?.stop();
});

const serverCert = (...args: string[]) => portal.hubgateJson(['server-cert', ...args, '--out', dir]);

/** OpenSSL for this very name or address; false when it says no. */
async function goodFor(host: string, certFile = file('.pem')): Promise<boolean> {
  const as = /^[\d.]+$|:/.test(host) ? '-verify_ip' : '-verify_hostname';
  const trust = ['-CAfile', join(portal.caDir, 'root-ca.pem'), '-untrusted', file('.fullchain.pem')];
  const use = ['-x509_strict', '-purpose', 'sslserver', as, host];
  return (await run('openssl', ['verify', ...trust, ...use, certFile])).code === 0;
}

async function gnutlsAccepts(host: string): Promise<boolean> {
  const how = ['--load-ca-certificate', join(portal.caDir, 'root-ca.pem'), '--verify-hostname', host];
  const ran = await run('certtool', ['--verify', ...how, '--infile', file('.fullchain.pem')]);
  return ran.code === 0 && !/Not verified/i.test(ran.stdout);
}

/** Serial of what is served for the name, lower-case hex. */
const served = () =>
  new Promise<string>((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, servername: NAME, ca: portal.rootPem }, () => {
      resolve(socket.getPeerCertificate().serialNumber.toLowerCase());
      socket.end();
    });
    socket.on('error', reject);
  });

const sign = async (id: string) => {
  const path = '/api/v1/admin/requests';
  const json = ['--header', 'Accept: application/json'];
  const approved = await curl(portal, `${path}/${id}/approve`, ...bearer(token), ...jsonBody({}));
  expect(approved.status, approved.body).toBe(200);
  const signed = await curl(portal, `${path}/sign`, ...bearer(token), ...json, ...jsonBody({ ids: [id] }));
  expect(signed.status, signed.body).toBe(200);
};

const ask = (made: MadeCsr, wish: Record<string, unknown>) =>
  curl(
    portal,
    '/api/v1/requests',
    ...jsonBody({ csr: made.csr, profile: 'server', email: 'root@cmm.example.org', ...wish }),
  );

test('one command makes key, certificate and chain, which three verifiers accept', async () => {
  const further = ['--dns', HOSTS[0], '--ip', HOSTS[1], '--ip', HOSTS[2]] as string[];
  const made = await serverCert(NAME, ...further);
  expect(made).toMatchObject({ renewed: false, key: file('.key'), fullchain: file('.fullchain.pem') });
  expect((await stat(file('.key'))).mode & 0o777).toBe(0o600);
  await verifyWithThree({
    certPem: await readFile(file('.pem'), 'utf8'),
    caDir: portal.caDir,
    use: 'server',
  });
  for (const host of [NAME, ...HOSTS]) expect(await goodFor(host), host).toBe(true);
  for (const host of ['cmm.example.org', '192.0.2.8']) expect(await goodFor(host), host).toBe(false);
  for (const host of [NAME, HOSTS[0] ?? '']) expect(await gnutlsAccepts(host), host).toBe(true);
  expect(await gnutlsAccepts('cmm.example.org')).toBe(false);
  // Once more would overwrite the key.
  const again = await portal.hubgate(['server-cert', NAME, '--out', dir, '--json']);
  expect(again.code).toBe(1);
  expect(again.stderr).toContain('config.value');
});

test('Apache serves it to curl; --renew replaces it by one with the same names and a new key', async () => {
  const conf = join(dir, 'hub.conf');
  await writeFile(
    conf,
    `<VirtualHost 127.0.0.1:${port}>
  ServerName ${NAME}
  SSLEngine on
  SSLCertificateFile "${file('.fullchain.pem')}"
  SSLCertificateKeyFile "${file('.key')}"
  RewriteEngine on
  RewriteRule ^ - [R=204]
</VirtualHost>
`,
  );
  const listen = [`127.0.0.1:${port}`];
  apache = await serveWithApache({ dir: join(dir, 'apache'), files: [conf], listen, user: 'www-data' });
  const hub = () => curl(portal, `https://${NAME}:${port}/`);
  expect((await hub()).status).toBe(204);

  const names = () =>
    mustRun('openssl', ['x509', '-in', file('.pem'), '-noout', '-subject', '-ext', 'subjectAltName']);
  const before = { key: await readFile(file('.key'), 'utf8'), names: await names(), serial: await served() };
  expect(await serverCert(NAME, '--within', '30')).toMatchObject({ renewed: false, daysLeft: 396 });
  expect(await readFile(file('.key'), 'utf8')).toBe(before.key);
  const renewed = await serverCert(NAME, '--renew');
  expect(renewed).toMatchObject({ renewed: true });
  expect(renewed['serial']).not.toBe(before.serial);
  expect(await readFile(file('.key'), 'utf8')).not.toBe(before.key);
  expect(await names()).toBe(before.names);
  await apache.graceful();
  expect((await hub()).status).toBe(204);
  expect(await served()).toBe(renewed['serial']);
  expect((await readdir(dir)).filter((name) => /next|order/.test(name))).toEqual([]);
});

test('without a name it renews the site’s own, which the front takes up by itself', async () => {
  const own = join(portal.stateDir, 'server', 'server.pem');
  const before = await readFile(own, 'utf8');
  await portal.hubgateJson(['server-cert', '--renew']);
  expect(await readFile(own, 'utf8')).not.toBe(before);
  expect((await curl(portal, '/healthz')).status).toBe(200);
});

test('a name outside the list is refused by command and API, each with the code', async () => {
  for (const args of [[STRANGE], ['x.cmm.example.org', '--ip', '192.0.2.8'], ['*.example.org']]) {
    const ran = await portal.hubgate(['server-cert', ...args, '--out', dir, '--json']);
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.stderr)).toMatchObject({ code: 'request.san' });
  }
  expect((await readdir(dir)).filter((name) => /evil|x\.cmm|_\./.test(name))).toEqual([]);
  const made = await opensslCsr(portal.dir, STRANGE);
  for (const wish of [
    { dnsNames: [STRANGE] },
    { dnsNames: [NAME, STRANGE] },
    { dnsNames: [NAME], ipAddresses: ['192.0.2.8'] },
    {},
  ]) {
    const answer = await ask(made, wish);
    expect([answer.status, answer.json()['code']], JSON.stringify(wish)).toEqual([422, 'request.san']);
  }
});

test('by the API: names of the CSR, an approver, and a renewal by the old key’s signature', async () => {
  const extra = ['-addext', `subjectAltName=DNS:${NAME},IP:192.0.2.7`];
  const made = await opensslCsr(portal.dir, NAME, { extra });
  const asked = (await ask(made, {})).json() as { id: string; pickupSecret: string };
  await sign(asked.id);
  const old: Issued = await pickUp(portal, made, asked.id, asked.pickupSecret);
  for (const host of [NAME, '192.0.2.7']) expect(await goodFor(host, old.certFile), host).toBe(true);

  const next = await opensslCsr(portal.dir, NAME);
  const body = { csr: next.csr, serial: old.serial, proof: await signedByOldKey(old, next) };
  const answer = await curl(portal, '/api/v1/renewals', ...jsonBody(body));
  expect(answer.json()).toMatchObject({ state: 'SUBMITTED', renews: old.serial, obstacle: 'too-early' });
  const { id, pickupSecret } = answer.json() as typeof asked;
  await sign(id);
  const fresh = await pickUp(portal, next, id, pickupSecret);
  for (const host of [NAME, '192.0.2.7']) expect(await goodFor(host, fresh.certFile), host).toBe(true);
});

test('by the page, without JavaScript: another name is refused, the right one previewed and sent', async () => {
  const chromium = await testBrowser(portal.dir);
  await chromium.trustRoot(join(portal.caDir, 'root-ca.pem'));
  const browser = await chromium.launch();
  try {
    const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
    await page.goto(`${portal.url}/certs/new`);
    await page.getByRole('link', { name: /server certificate/i }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Request a server certificate');
    const { csr } = await opensslCsr(portal.dir, NAME);
    const preview = async (names: string) => {
      await page.locator('#csr').fill(csr);
      await page.locator('#names').fill(names);
      await page.locator('#email').fill('root@cmm.example.org');
      await page.locator('button[type=submit][value=preview]').click();
    };
    await preview(STRANGE);
    await expect(page.locator('#names-error')).toContainText(STRANGE);
    await preview(`${NAME}\n192.0.2.7`);
    await expect(page.getByRole('heading', { name: 'What will be in it' })).toBeVisible();
    await expect(page.locator('main')).toContainText('192.0.2.7');
    await page.getByRole('button', { name: 'Send the request' }).click();
    await expect(page.getByTestId('pickup-link')).toContainText('/certs/requests/R-');
  } finally {
    await browser.close();
  }
});
