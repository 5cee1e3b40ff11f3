import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';

import { opensslCsr, type MadeCsr } from './support/csr';
import { bearer, curl, jsonBody } from './support/curl';
import { sql } from './support/database';
import { browserOf, browserWithP12, type HolderBrowser } from './support/holder-browser';
import { issue, pickUp, type Issued } from './support/issue';
import { makeForeignCa } from './support/openssl';
import { until } from './support/ports';
import { startPortal, type Portal } from './support/portal';
import { renew, signedByOldKey } from './support/renewal';
import { mustRun } from './support/run';

// A certificate's end, behind Apache: renewed by its holder's browser, by a program, by the old key's
// signature; who is refused, and who waits for an approver.
test.describe.configure({ mode: 'serial' });

let portal: Portal;
let token: string;
const browsers: HolderBrowser[] = [];

test.beforeAll(async () => {
  test.setTimeout(180_000);
  portal = await startPortal({
    front: 'apache',
    // Certificates of twenty days: their last thirty have begun.
    pki: 'userDays = 20',
    toml: '[requests]\nopenPerAddress = 100',
  });
  token = await portal.token('approver', 'operator');
});
test.afterAll(async () => {
  for (const one of browsers) await one.close();
  await portal?.stop();
});

const certificate = (account: string): Promise<Issued> =>
  issue(portal, token, account, { email: `${account}@example.org`, approve: { vouchEmail: true } });

/** Closes it in the end. */
async function opened(starting: Promise<HolderBrowser>): Promise<HolderBrowser> {
  const one = await starting;
  browsers.push(one);
  return one;
}

const hub = async (identity: Issued['identity']) =>
  (await portal.call(`${portal.gateUrl}/astro/`, { identity })).status;

/** What an approver reads of a certificate. */
async function seen(serial: string): Promise<Record<string, unknown>> {
  const { items } = (
    await curl(portal, `/api/v1/admin/certificates?q=${serial}`, ...bearer(token))
  ).json() as { items: Record<string, unknown>[] };
  expect(items).toHaveLength(1);
  return items[0] ?? {};
}

type Asked = { id: string; pickupSecret: string; state: string };
const asked = (answer: Awaited<ReturnType<typeof curl>>): Asked => {
  expect(answer.status, answer.body).toBe(201);
  return answer.json() as Asked;
};

/** Waits until the portal has had it signed by itself. */
async function issued({ id, pickupSecret }: Asked, made: MadeCsr): Promise<Issued> {
  await until(`${id} is issued`, async () => {
    const view = await curl(portal, `/api/v1/requests/${id}`, ...bearer(pickupSecret));
    return view.json()['state'] === 'ISSUED';
  });
  return pickUp(portal, made, id, pickupSecret);
}

test('in the browser that has it: one click, a new key, the new certificate opens the hub', async () => {
  const old = await certificate('quinn');
  const { browser } = await opened(browserOf(portal, old));
  const page = await (await browser.newContext({ acceptDownloads: true })).newPage();
  const sent: string[] = [];
  page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`));
  const title = page.getByRole('heading', { level: 1 });

  await page.goto(`${portal.url}/certs/renew`);
  await expect(title).toHaveText('Show the certificate that you renew');
  await page.getByRole('link', { name: 'Show my certificate' }).click();
  await expect(title).toHaveText('Renew the certificate of quinn');
  await expect(page.locator('main')).toContainText('nobody has to approve it');
  await page.getByRole('button', { name: 'Renew certificate' }).click();
  const passphrase = await page.getByTestId('passphrase').innerText();
  expect(sent.join('\n')).toContain('BEGIN CERTIFICATE REQUEST');
  expect(sent.join('\n')).not.toContain('PRIVATE KEY');
  expect(sent.join('\n')).not.toContain(passphrase);

  await page.getByRole('link', { name: 'See my request' }).click();
  await expect(title).toHaveText('Your certificate is ready', { timeout: 30_000 });
  await page.locator('#pickup-passphrase').fill(passphrase);
  await page.locator('#pickup-form').selectOption('modern');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Make quinn.p12' }).click(),
  ]);
  const fresh = join(portal.dir, 'quinn.p12');
  await download.saveAs(fresh);
  const unpack = ['pkcs12', '-in', fresh, '-passin', `pass:${passphrase}`];
  const identity = {
    cert: await mustRun('openssl', [...unpack, '-nokeys']),
    key: await mustRun('openssl', [...unpack, '-nocerts', '-noenc']),
  };
  const publicKey = (key: string) => mustRun('openssl', ['pkey', '-pubout'], { input: key });
  expect(await publicKey(identity.key)).not.toBe(await publicKey(old.identity.key));

  const second = await opened(browserWithP12(portal, fresh, passphrase));
  const other = await second.browser.newPage();
  expect((await other.goto(`${portal.gateUrl}/astro/`))?.status()).toBe(200);
  await other.goto(`${portal.gateUrl}/status/cert-check`);
  await expect(other.locator('h1.is-ok')).toBeVisible();

  // The old one is superseded: good until its holder ends it.
  const before = await seen(old.serial);
  expect(before).toMatchObject({ state: 'SUPERSEDED' });
  expect(await hub(old.identity)).toBe(200);
  await page.getByRole('checkbox', { name: /I have imported the new one/ }).check();
  await page.getByRole('button', { name: /Revoke the old certificate/ }).click();
  await expect(page.locator('main')).toContainText('is revoked');
  expect(await hub(old.identity)).toBe(403);
  expect(await hub(identity)).toBe(200);
  expect(await seen(old.serial)).toMatchObject({ state: 'REVOKED', revocationReason: 'superseded' });
  expect(await seen(String(before['supersededBy']))).toMatchObject({ state: 'VALID', renews: old.serial });
});

test('a program, by the script of the documentation', async () => {
  const old = await certificate('alice');
  const dir = join(portal.dir, 'alice');
  await mkdir(dir);
  await copyFile(old.keyFile, join(dir, 'alice.key'));
  await copyFile(old.certFile, join(dir, 'alice.pem'));
  await copyFile(join(portal.caDir, 'root-ca.pem'), join(dir, 'bundle.pem'));
  const guide = await readFile(join(import.meta.dirname, '..', 'docs', 'api.md'), 'utf8');
  const script = /```sh\n(#!\/bin\/sh -e\n.*?)```/s.exec(guide)?.[1] ?? '';
  const file = join(dir, 'renew.sh');
  await writeFile(
    file,
    script
      .replace('/etc/ssl/alice', dir)
      .replace('https://gate.example.org', portal.gateUrl)
      .replace('https://hubs.example.org', portal.url)
      .replace('--retry-delay 5', '--retry-delay 1'),
  );
  await chmod(file, 0o755);
  // Old versions of curl do not know that *.localhost is here.
  const { port } = new URL(portal.gateUrl);
  await writeFile(join(dir, '.curlrc'), `resolve = "gate.localhost:${port}:127.0.0.1"\nsilent\n`);
  await mustRun(file, [], { env: { ...process.env, HOME: dir } });

  const cert = await readFile(join(dir, 'alice.pem'), 'utf8');
  const key = await readFile(join(dir, 'alice.key'), 'utf8');
  expect(key).not.toBe(await readFile(old.keyFile, 'utf8'));
  expect(await hub({ cert, key })).toBe(200);
  const signing = join(portal.caDir, 'signing-ca.pem');
  const trust = ['-x509_strict', '-CAfile', join(portal.caDir, 'root-ca.pem'), '-untrusted', signing];
  await mustRun('openssl', ['verify', ...trust, '-purpose', 'sslclient', join(dir, 'alice.pem')]);
  expect(await seen(old.serial)).toMatchObject({ state: 'SUPERSEDED' });
});

test('with the old key’s signature, which the signer verifies for itself', async () => {
  const [dora, emil] = [await certificate('dora'), await certificate('emil')];
  const [forDora, forEmil] = [await opensslCsr(portal.dir, 'dora'), await opensslCsr(portal.dir, 'emil')];
  await portal.hubgateJson(['ca', 'lock']);
  const ask = async (old: Issued, made: MadeCsr) => {
    const proof = await signedByOldKey(old, made);
    const body = { csr: made.csr, serial: old.serial, proof };
    // On the portal's name, where no certificate is asked for.
    return asked(await curl(portal, '/api/v1/renewals', ...jsonBody(body)));
  };
  const first = await ask(dora, forDora);
  const second = await ask(emil, forEmil);
  expect([first.state, second.state]).toEqual(['APPROVED', 'APPROVED']);
  // A portal that is not to be trusted: emil's signature for a certificate that he did not ask for.
  await sql(
    portal,
    `UPDATE Approval SET evidence = (SELECT evidence FROM Approval WHERE requestId = '${first.id}') WHERE requestId = '${second.id}'`,
  );
  const phrase = join(portal.stateDir, 'signer', 'evaluation-passphrase');
  await portal.hubgateJson(['ca', 'unlock', '--passphrase-file', phrase]);
  expect(await hub((await issued(first, forDora)).identity)).toBe(200);
  // The signer refuses the other, and it is for people to decide.
  await until('the other is back in the queue', async () => {
    const view = await curl(portal, `/api/v1/requests/${second.id}`, ...bearer(second.pickupSecret));
    return view.json()['state'] === 'SUBMITTED';
  });
  const told = await sql(
    portal,
    `SELECT data FROM AuditEvent WHERE action = 'request.reapprove' AND target = '${second.id}'`,
  );
  expect(told).toMatch(/renewal is not proven/);
});

test('refused, each with its code', async () => {
  const frank = await certificate('frank');
  const gone = await certificate('grace');
  const held = await certificate('henry');
  const foreign = await (await makeForeignCa(join(portal.dir, 'foreign'), 'Elsewhere')).issue('frank');
  for (const [{ serial }, reason] of [
    [gone, 'cessationOfOperation'],
    [held, 'certificateHold'],
  ] as const) {
    const path = `/api/v1/admin/certificates/${serial}/revoke`;
    expect((await curl(portal, path, ...bearer(token), ...jsonBody({ reason }))).status).toBe(200);
  }
  const own = await opensslCsr(portal.dir, 'frank');
  const others = await opensslCsr(portal.dir, 'paula');
  const proof = await signedByOldKey(gone, own);
  const csr = own.csr;
  // Apache ends the handshake.
  await expect(renew(portal, foreign, { csr })).rejects.toThrow(/unknown ca/);
  const answers = [
    await renew(portal, null, { csr }),
    await renew(portal, gone, { csr }),
    await renew(portal, held, { csr }),
    await renew(portal, frank, { csr: others.csr }),
    await renew(portal, frank, { csr, proof }),
    await renew(portal, null, { csr, serial: frank.serial, proof }),
    await renew(portal, null, { csr, serial: '00', proof }),
    await renew(portal, null, { csr, serial: gone.serial, proof }),
  ];
  expect(answers.map((answer) => [answer.status, answer.json()['code']])).toEqual([
    [401, 'auth.no-certificate'],
    [409, 'certificate.state'],
    [409, 'certificate.state'],
    [422, 'renewal.subject'],
    [422, 'renewal.proof'],
    [422, 'renewal.proof'],
    [422, 'renewal.proof'],
    [409, 'certificate.state'],
  ]);
  // Nothing was left behind: the same CSR is still good.
  expect((await renew(portal, frank, { csr })).json()).toMatchObject({ state: 'APPROVED', automatic: true });
});

test('what changes more than the key waits for an approver, and so does a second time', async () => {
  const iris = await certificate('iris');
  const made = await opensslCsr(portal.dir, 'iris');
  const moved = await renew(portal, iris, { csr: made.csr, email: 'thief@example.com' });
  expect(moved.json()).toMatchObject({ state: 'SUBMITTED', automatic: false, obstacle: 'changed' });
  const { id, pickupSecret } = asked(moved);
  const decide = (path: string, body: unknown) =>
    curl(portal, `/api/v1/admin/requests/${path}`, ...bearer(token), ...jsonBody(body));
  expect((await decide(`${id}/approve`, {})).status).toBe(200);
  expect((await decide('sign', { ids: [id] })).status).toBe(200);
  await pickUp(portal, made, id, pickupSecret);
  expect(await seen(iris.serial)).toMatchObject({ state: 'SUPERSEDED' });
  const again = await renew(portal, iris, { csr: (await opensslCsr(portal.dir, 'iris')).csr });
  expect(again.json()).toMatchObject({ state: 'SUBMITTED', obstacle: 'renewed-before' });
});
