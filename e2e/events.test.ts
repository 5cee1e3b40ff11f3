import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test, type Browser, type BrowserContext, type Page } from '@playwright/test';

import en from '../lib/i18n/messages/en.json' with { type: 'json' };
import es from '../lib/i18n/messages/es.json' with { type: 'json' };
import { becomeAdministrator } from './support/administrator';
import { testBrowser, type TestBrowser } from './support/chromium';
import { bearer, curl } from './support/curl';
import { startPortal, type Portal } from './support/portal';
import { until } from './support/ports';
import { mustRun } from './support/run';
import { shot } from './support/shot';

// A whole event: a list comes in, an approver approves it, participants open their links, the organiser
// sees them through, and ends it.

test.describe.configure({ mode: 'serial' });

const PASSPHRASE = 'a passphrase of mine';
const NAMES = ['Alicia Núñez', 'Bob', 'Chao'];
const LIST = `\uFEFFNombre;Correo\r\n${NAMES.map((name, n) => `${name};p${n}@example.org`).join('\r\n')}\r\n`;

let portal: Portal;
let chromium: TestBrowser;
let browser: Browser;
let organiser: BrowserContext;
let desk: Page;
let event: string;
const codes: string[] = [];
let request: { id: string; secret: string; serial: string };

test.beforeAll(async () => {
  test.setTimeout(240_000);
  portal = await startPortal({ front: 'embedded' });
  chromium = await testBrowser(portal.dir);
  await chromium.trustRoot(join(portal.caDir, 'root-ca.pem'));
  browser = await chromium.launch();
  organiser = await browser.newContext({ acceptDownloads: true });
  desk = await organiser.newPage();
  await becomeAdministrator(desk, portal.firstAdminLink());
});
test.afterAll(async () => {
  await browser?.close();
  await portal?.stop();
});

/** A day as `<input type="date">` takes it, in this machine's zone, which is the portal's. */
function day(after: number): string {
  const date = new Date(Date.now() + after * 86_400_000);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

async function plan(list: Buffer): Promise<void> {
  await desk.goto(`${portal.url}/events/new`);
  await desk.getByLabel('Name of the event').fill('Summer school');
  await desk.getByLabel('First day').fill(day(0));
  await desk.getByLabel('Last day').fill(day(1));
  await desk.getByLabel('Hubs').fill('astro');
  await desk.locator('#list').setInputFiles({ name: 'list.csv', mimeType: 'text/csv', buffer: list });
  await desk.getByRole('button', { name: 'Ask for approval' }).click();
}

test('lists that cannot be read are refused with what is wrong', async () => {
  test.setTimeout(120_000);
  await plan(Buffer.from('Alicia Núñez;a@example.org\n', 'latin1'));
  await expect(desk.getByRole('alert').first()).toContainText('not UTF-8');
  await plan(Buffer.from(`A,a@example.org\nB,A@example.org\n`));
  await expect(desk.getByRole('alert').first()).toContainText('Line 2 names the same person as line 1');
  await plan(Buffer.from('x\n'.repeat(50_000)));
  await expect(desk.getByRole('alert').first()).toContainText('50000 rows');
  await plan(Buffer.from(Array.from({ length: 50_000 }, (_, n) => `P ${n},p${n}@example.org\n`).join('')));
  await expect(desk.getByRole('alert').first()).toContainText('larger than a list of 1,000 people');
});

test('a list comes in, and another person approves it', async () => {
  test.setTimeout(120_000);
  await plan(Buffer.from(LIST));
  await desk.waitForURL(/\/events\/E-[0-9A-Z]{8}\?done=planned/);
  event = /E-[0-9A-Z]{8}/.exec(desk.url())?.[0] ?? '';
  await expect(desk.locator('body')).toContainText('ev-summer-school-03');
  await desk.goto(`${portal.url}/admin/events/${event}`);
  await expect(desk.locator('body')).toContainText('You organise or planned this event');
  await expect(desk.getByRole('button', { name: 'Approve event' })).toHaveCount(0);

  const { url } = (await portal.hubgateJson(['admin', 'create', '--role', 'approver'])) as { url: string };
  const other = await browser.newContext();
  const page = await other.newPage();
  await page.goto(url);
  await page.getByLabel('Login', { exact: true }).fill('anna');
  await page.getByLabel('Your name').fill('Anna');
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery staple');
  await page.locator('button[type=submit]').last().click();
  await page.waitForURL(/\/admin/);
  await page.goto(`${portal.url}/admin/events`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('1 event waits');
  await page.getByRole('link', { name: 'Summer school' }).click();
  await expect(page.locator('body')).toContainText('ev-summer-school-01, ev-summer-school-02');
  await page.getByRole('button', { name: 'Approve event' }).click();
  await expect(page.locator('body')).toContainText('The organiser can invite now');
  await other.close();
});

test('the organiser prints cards with a code for each', async () => {
  test.setTimeout(60_000);
  await desk.goto(`${portal.url}/events/${event}/cards`);
  await desk.getByRole('button', { name: 'Make 3 cards' }).click();
  const cards = desk.locator('.invitation-card');
  await expect(cards).toHaveCount(3);
  await expect(cards.locator('svg.qr')).toHaveCount(3);
  for (const card of await cards.all()) codes.push(await card.locator('.mono').last().innerText());
  expect(codes.every((code) => /^[0-9A-Z]{5}(-[0-9A-Z]{5}){3}$/.test(code))).toBe(true);
  await desk.emulateMedia({ media: 'print' });
  await expect(desk.getByRole('button')).toHaveCount(0);
  await desk.emulateMedia({ media: 'screen' });
});

test('a participant opens the link and has a certificate, without anybody’s help', async () => {
  test.setTimeout(120_000);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${portal.url}/join#s=${codes[0]}`);
  await expect(page).not.toHaveURL(/#s=/);
  await page.getByRole('button', { name: 'Open invitation' }).click();
  await page.waitForURL(/\/join\/certificate/);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Summer school');
  const name = page.locator('#commonName');
  await expect(name).toHaveValue('ev-summer-school-01');
  await expect(name).toHaveAttribute('readonly', '');
  await expect(page.locator('#email')).toHaveCount(0);
  await page.locator('#passphrase').fill(PASSPHRASE);
  await page.getByRole('button', { name: 'See what will be issued' }).click();
  await page.getByRole('button', { name: 'Send the request' }).click();
  const link = await page.getByTestId('pickup-link').innerText();
  const [, id = '', secret = ''] = /requests\/(R-[0-9A-Z]{8})#s=(\S+)/.exec(link) ?? [];
  await page.goto(`${portal.url}/certs/requests/${id}`);
  await expect(page.locator('body')).toContainText('Your certificate is ready', { timeout: 30_000 });

  const view = (await curl(portal, `/api/v1/requests/${id}`, ...bearer(secret))).json() as {
    certificate: { serial: string; notAfter: string; pem: string };
  };
  const { serial, notAfter, pem } = view.certificate;
  const midnight = new Date(`${day(1)}T00:00:00`);
  midnight.setDate(midnight.getDate() + 1);
  expect(notAfter).toBe(midnight.toISOString());
  const text = await mustRun('openssl', ['x509', '-noout', '-text'], { input: pem });
  expect(text).toContain('CN = ev-summer-school-01');
  expect(text).not.toContain('example.org');
  request = { id, secret, serial };
  // Coming back by the same browser leads on.
  await page.goto(`${portal.url}/join/certificate`);
  await expect(page.getByRole('link', { name: 'Go to your certificate' })).toBeVisible();
  await context.close();
});

test('the same link opens nothing again, nor do others that are none', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const open = async (code: string) => {
    await page.goto('about:blank');
    await page.goto(`${portal.url}/join#s=${code}`);
    await page.getByRole('button', { name: 'Open invitation' }).click();
  };
  await open(codes[0] ?? '');
  await expect(page.locator('body')).toContainText('This invitation has been used');
  await open('x'.repeat(20));
  await expect(page.locator('body')).toContainText('This invitation is not valid');
  await page.goto(`${portal.url}/join/certificate`);
  await expect(page.locator('body')).toContainText('Open the link of your invitation first');
  await context.close();
  for (const code of codes) expect(portal.output()).not.toContain(code.replaceAll('-', ''));
});

test('without JavaScript the code is typed, and a CSR pasted', async () => {
  test.setTimeout(60_000);
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${portal.url}/join`);
  await page.locator('#secret').fill((codes[1] ?? '').toLowerCase());
  await page.getByRole('button', { name: 'Open invitation' }).click();
  await page.goto(`${portal.url}/join/certificate?way=paste`);
  const key = join(portal.dir, 'nojs.key');
  const csr = await mustRun('openssl', [
    ...['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-keyout', key, '-subj', '/CN=somebody-else'],
  ]);
  await page.locator('#csr').fill(csr);
  await page.locator('button[type=submit][value=preview]').click();
  await expect(page.locator('body')).toContainText('ev-summer-school-02');
  await page.getByRole('button', { name: 'Send the request' }).click();
  await expect(page.getByTestId('pickup-link')).toBeVisible();
  await context.close();
});

/** As an operator does it: the signer's own file, and a restart. */
async function signerWants(approvalCount: number): Promise<void> {
  const file = join(portal.stateDir, 'signer', 'policy.json');
  const policy = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  await writeFile(file, JSON.stringify({ ...policy, approvalCount }));
  const { signer } = await portal.processes();
  if (signer === undefined) throw new Error('no signer process');
  process.kill(signer, 'SIGTERM');
  await until('another signer is ready', async () => {
    const { signer: now } = await portal.processes();
    return now !== undefined && now !== signer && (await portal.call('/readyz')).status === 200;
  });
}

test('an approval that the signer no longer counts: organiser and approvers read it, and what to do', async () => {
  test.setTimeout(120_000);
  const { organise, fault } = en.events;
  const pages = [
    [`${portal.url}/events/${event}`, fault.todo.again.split('{link}')[0] ?? ''],
    [`${portal.url}/admin/events/${event}`, fault.todo.againHere],
  ] as const;
  // What was sent before is signed before: an order that waits now would go back to the approvers.
  await expect(async () => {
    await desk.goto(`${portal.url}/events/${event}`);
    await expect(desk.locator('tbody tr').nth(1)).toContainText('certificate issued', { timeout: 1000 });
  }).toPass({ timeout: 60_000 });
  await signerWants(2);
  for (const [address, todo] of pages) {
    await desk.goto(address);
    const said = desk.locator('main .callout.is-bad');
    await expect(said).toContainText(fault.title.approvals);
    await expect(said).toContainText(fault.why.approvals);
    await expect(said).toContainText(todo);
    await shot(desk, address.includes('/admin') ? 'event-fault-admin' : 'event-fault');
  }
  const shown = await portal.hubgate(['events', 'show', event]);
  expect(shown.stdout).toContain('no longer counts at the signer');
  await desk.goto(`${portal.url}/events/${event}?lang=es`);
  await expect(desk.locator('main .callout.is-bad')).toContainText(es.events.fault.title.approvals);
  await desk.goto(`${portal.url}/events/${event}?lang=en`);

  await signerWants(1);
  for (const [address] of pages) {
    await desk.goto(address);
    await expect(desk.locator('main')).toContainText(organise.id);
    await expect(desk.locator('main .callout.is-bad')).toHaveCount(0);
  }
});

test('the organiser sees who is through, and ends the event at once', async () => {
  test.setTimeout(120_000);
  await curl(portal, `/api/v1/requests/${request.id}/certificate.pem`, ...bearer(request.secret));
  await expect(async () => {
    await desk.goto(`${portal.url}/events/${event}`);
    const rows = desk.locator('tbody tr');
    await expect(rows.nth(0)).toContainText('fetched it', { timeout: 1000 });
    await expect(rows.nth(1)).toContainText('certificate issued', { timeout: 1000 });
    await expect(rows.nth(2)).toContainText('invited', { timeout: 1000 });
  }).toPass({ timeout: 30_000 });

  const [accounts] = await Promise.all([
    desk.waitForEvent('download'),
    desk.getByRole('link', { name: 'Download for newusers' }).click(),
  ]);
  const lines = (await readFile(await accounts.path(), 'utf8')).trim().split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(
    /^ev-summer-school-01:[\w-]{24}:::Alicia Núñez:\/home\/ev-summer-school-01:\/bin\/bash$/,
  );

  await desk.getByLabel('Type the number of certificates: 2').fill('3');
  await desk.getByRole('button', { name: 'Close event and revoke 2' }).click();
  await expect(desk.getByRole('alert').first()).toContainText('Type 2');
  await desk.getByLabel('Type the number of certificates: 2').fill('2');
  await desk.getByRole('button', { name: 'Close event and revoke 2' }).click();
  await expect(desk.locator('body')).toContainText('The event is closed, 2 certificates revoked');
  const revoked = await readFile(join(portal.mapsDir, 'revoked.map'), 'utf8');
  expect(revoked).toContain(`${request.serial.toUpperCase()} revoked`);

  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${portal.url}/join#s=${codes[2]}`);
  await page.getByRole('button', { name: 'Open invitation' }).click();
  await expect(page.locator('body')).toContainText('The event is over');
  await context.close();
});
