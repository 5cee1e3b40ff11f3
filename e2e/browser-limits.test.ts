import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test, type Browser, type BrowserContext, type Page } from '@playwright/test';

import en from '../lib/i18n/messages/en.json' with { type: 'json' };
import es from '../lib/i18n/messages/es.json' with { type: 'json' };
import { testBrowser } from './support/chromium';
import { opensslCsr } from './support/csr';
import { testFirefox } from './support/firefox';
import { approveAndSign } from './support/issue';
import { startPortal, type Portal } from './support/portal';
import { mustRun } from './support/run';

const { ca, certs, status } = en;

// What goes wrong at home: the passphrase, the backup, the machine, and browsers that keep nothing.

test.describe.configure({ mode: 'serial' });

const PASSPHRASE = 'a passphrase of mine';

let portal: Portal;
let token: string;
let browser: Browser;
/** The machine on which the keys were made. */
let mine: BrowserContext;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  portal = await startPortal({ front: 'embedded', toml: '[signing]\nauto = false' });
  token = await portal.token('approver', 'operator');
  const chromium = await testBrowser(portal.dir);
  await chromium.trustRoot(join(portal.caDir, 'root-ca.pem'));
  browser = await chromium.launch();
  mine = await browser.newContext({ acceptDownloads: true });
});
test.afterAll(async () => {
  await browser?.close();
  await portal?.stop();
});

async function fillIn(page: Page, name: string): Promise<void> {
  await page.goto(`${portal.url}/certs/new`);
  await page.locator('#commonName').fill(name);
  await page.locator('#passphrase').fill(PASSPHRASE);
  await page.getByRole('button', { name: certs.new.continue }).click();
}

/** Sends a request, saves its backup, and has it signed. */
async function request(page: Page, name: string): Promise<{ link: string; backup: string }> {
  await fillIn(page, name);
  await page.getByRole('button', { name: certs.new.send }).click();
  const link = await page.getByTestId('pickup-link').innerText();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: certs.new.backupSave }).click(),
  ]);
  const backup = join(portal.dir, `${name}-key-backup.pem`);
  await download.saveAs(backup);
  await approveAndSign(portal, token, /R-[0-9A-Z]{8}/.exec(link)?.[0] ?? '');
  return { link, backup };
}

let erin: { link: string; backup: string };
let frank: { link: string; backup: string };

async function make(page: Page, name: string, passphrase: string): Promise<void> {
  await page.locator('#pickup-passphrase').fill(passphrase);
  await page.getByRole('button', { name: `Make ${name}.p12` }).click();
}

test('a forgotten passphrase opens nothing, and the right one still does', async () => {
  const page = await mine.newPage();
  erin = await request(page, 'erin');
  await page.goto(erin.link);
  await expect(page.locator('main')).toContainText(certs.pickup.found);
  await make(page, 'erin', 'another passphrase');
  await expect(page.locator('#pickup-passphrase-error')).toHaveText(certs.pickup.wrongPassphrase);
  const [download] = await Promise.all([page.waitForEvent('download'), make(page, 'erin', PASSPHRASE)]);
  expect(download.suggestedFilename()).toBe('erin.p12');
});

test('on a machine without the key: the page says so, and takes the right backup only', async () => {
  frank = await request(await mine.newPage(), 'frank');
  const other = await browser.newContext({ acceptDownloads: true });
  const page = await other.newPage();
  await page.goto(erin.link);
  await expect(page.locator('main')).toContainText(certs.pickup.missing);
  // The link's secret has left the address.
  expect(page.url()).not.toContain('#s=');

  const nonsense = join(portal.dir, 'nonsense.pem');
  await writeFile(nonsense, 'no key at all\n');
  for (const [file, said] of [
    [nonsense, certs.pickup.notAKey],
    [frank.backup, certs.pickup.otherKey],
  ] as const) {
    await page.locator('#pickup-backup').setInputFiles(file);
    await make(page, 'erin', PASSPHRASE);
    await expect(page.locator('#pickup-backup-error')).toHaveText(said);
  }

  await page.locator('#pickup-backup').setInputFiles(erin.backup);
  const [download] = await Promise.all([page.waitForEvent('download'), make(page, 'erin', PASSPHRASE)]);
  const p12 = join(portal.dir, 'elsewhere.p12');
  await download.saveAs(p12);
  await mustRun('openssl', ['pkcs12', '-in', p12, '-passin', `pass:${PASSPHRASE}`, '-nodes', '-noout']);
  await other.close();
});

test('a browser that does not start what makes the file: the page says so, in its own words', async () => {
  const other = await browser.newContext({ locale: 'es-CL' });
  await other.addInitScript(() => {
    window.Worker = class {
      constructor() {
        throw new DOMException('Failed to construct Worker', 'SecurityError');
      }
    } as unknown as typeof Worker;
  });
  const page = await other.newPage();
  await page.goto(erin.link);
  await page.locator('#pickup-backup').setInputFiles(erin.backup);
  await page.locator('#pickup-passphrase').fill(PASSPHRASE);
  await page.getByRole('button', { name: es.certs.pickup.make.replace('{file}', 'erin.p12') }).click();
  await expect(page.locator('.callout.is-bad')).toHaveText(es.certs.pickup.failed);
  await other.close();
});

test('a passphrase that no file to import can have is told apart from a wrong one', async () => {
  const pem = await underPhrase('clave de Ñuñoa, larga');
  const other = await browser.newContext({ locale: 'es-CL' });
  const page = await other.newPage();
  await page.goto(erin.link);
  await page.locator('#pickup-backup').setInputFiles(pem);
  await page.locator('#pickup-passphrase').fill('clave de Ñuñoa, larga');
  await page.getByRole('button', { name: es.certs.pickup.make.replace('{file}', 'erin.p12') }).click();
  await expect(page.locator('#pickup-passphrase-error')).toHaveText(es.certs.pickup.asciiOnly);
  await other.close();
});

/** Erin's key under another passphrase, as somebody who has OpenSSL makes it. */
async function underPhrase(passphrase: string): Promise<string> {
  const pem = join(portal.dir, 'erin-other-phrase.pem');
  const from = ['pkcs8', '-topk8', '-in', erin.backup, '-passin', `pass:${PASSPHRASE}`];
  await mustRun('openssl', [
    ...from,
    '-v2',
    'aes-256-cbc',
    '-v2prf',
    'hmacWithSHA256',
    '-passout',
    `pass:${passphrase}`,
    '-out',
    pem,
  ]);
  return pem;
}

/** Asks for the request, with what its link is for. */
async function asItStands(link: string): Promise<{ state: string; certificate: { state: string } | null }> {
  const [id = ''] = /R-[0-9A-Z]{8}/.exec(link) ?? [];
  const secret = link.split('#s=')[1] ?? '';
  const { text } = await portal.call(`/api/v1/requests/${id}`, {
    headers: { authorization: `Bearer ${secret}` },
  });
  return JSON.parse(text) as Awaited<ReturnType<typeof asItStands>>;
}

test('a lost key: another request takes the place of the one before, whose certificate is revoked', async () => {
  const { link } = await request(await mine.newPage(), 'lena');
  const [id = ''] = /R-[0-9A-Z]{8}/.exec(link) ?? [];
  const other = await browser.newContext();
  const page = await other.newPage();
  await page.goto(link);
  await page.getByRole('link', { name: certs.request.startAgain }).click();
  await expect(page.locator('main')).toContainText(certs.new.againIssued.replace('{id}', id));
  // Who it is for, is known from the one before.
  await expect(page.locator('#commonName')).toHaveValue('lena');
  await page.locator('#passphrase').fill(PASSPHRASE);
  await page.getByRole('button', { name: certs.new.continue }).click();
  await page.getByRole('button', { name: certs.new.send }).click();
  await expect(page.getByTestId('pickup-link')).toContainText('/certs/requests/R-');
  await expect(page.getByTestId('pickup-link')).not.toContainText(id);
  await expect(page.locator('main')).not.toContainText(certs.new.sentLeft);
  expect(await asItStands(link)).toMatchObject({ state: 'ISSUED', certificate: { state: 'REVOKED' } });
  await page.goto(`${portal.url}/certs/new?again=${id}`); // it has been replaced
  await expect(page.locator('#commonName')).toHaveValue('');
  await other.close();
});

test('a lost key while the request waits, without JavaScript: it is taken back', async () => {
  const first = await mine.newPage();
  await fillIn(first, 'lars');
  await first.getByRole('button', { name: certs.new.send }).click();
  const link = await first.getByTestId('pickup-link').innerText();
  const [id = ''] = /R-[0-9A-Z]{8}/.exec(link) ?? [];
  const other = await browser.newContext({ javaScriptEnabled: false });
  const page = await other.newPage();
  await page.goto(`${portal.url}/certs/new?again=${id}`); // nobody has shown its secret here
  await page.locator('#secret').fill(link.split('#s=')[1] ?? '');
  await page.getByRole('button', { name: certs.request.openGo }).click();
  await page.getByRole('link', { name: certs.request.startAgain }).click();
  await page.getByRole('link', { name: certs.commands.title }).click();
  await expect(page.locator('main')).toContainText(certs.new.againLede.replace('{id}', id));
  await expect(page.locator('#commonName')).toHaveValue('lars');
  await page.locator('#csr').fill((await opensslCsr(portal.dir, 'lars')).csr);
  await page.getByRole('button', { name: certs.new.continue }).click();
  await page.getByRole('button', { name: certs.new.send }).click();
  await expect(page.getByTestId('pickup-link')).toContainText('/certs/requests/R-');
  expect(await asItStands(link)).toMatchObject({ state: 'WITHDRAWN' });
  await other.close();
});

test('by the way of the commands, and in another language: it still takes the place of the one before', async () => {
  const first = await mine.newPage();
  await fillIn(first, 'lotte');
  await first.getByRole('button', { name: certs.new.send }).click();
  const link = await first.getByTestId('pickup-link').innerText();
  const [id = ''] = /R-[0-9A-Z]{8}/.exec(link) ?? [];
  const other = await browser.newContext();
  const page = await other.newPage();
  await page.goto(link);
  await page.getByRole('link', { name: certs.request.startAgain }).click();
  await page.getByRole('link', { name: certs.commands.title }).click();
  const main = page.locator('main');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(certs.new.titleAgain);
  await expect(main).toContainText(certs.new.againLede.replace('{id}', id));
  await expect(main).toContainText("NAME='lotte'");
  // What is sent from a shell stands beside the one before: only the field takes its place.
  await expect(main).toContainText(certs.commands.again.replace('{id}', id));
  await expect(main).not.toContainText(certs.commands.sendText.slice(0, 30));
  await page.getByRole('link', { name: es.common.language.self }).click();
  await expect(main).toContainText(es.certs.new.againLede.replace('{id}', id));
  await page.getByRole('link', { name: es.certs.new.way.upload }).click();
  await expect(main).toContainText(es.certs.new.againLede.replace('{id}', id));
  await page.locator('#csr').setInputFiles((await opensslCsr(portal.dir, 'lotte')).csrFile);
  await page.getByRole('button', { name: es.certs.new.continue }).click();
  await page.getByRole('button', { name: es.certs.new.send }).click();
  await expect(page.getByTestId('pickup-link')).toContainText('/certs/requests/R-');
  expect(await asItStands(link)).toMatchObject({ state: 'WITHDRAWN' });
  await other.close();
});

test('a browser that keeps no data: the backup is the only copy, and the page says it', async () => {
  const forgetful = await browser.newContext({ acceptDownloads: true });
  await forgetful.addInitScript(() => {
    // As Firefox answered in private windows, and as browsers answer whose user forbids it.
    IDBFactory.prototype.open = () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    };
  });
  const page = await forgetful.newPage();
  const grace = await request(page, 'grace');
  await expect(page.locator('main')).toContainText(certs.new.backupLostText);
  await page.goto(grace.link);
  await expect(page.locator('main')).toContainText(certs.pickup.missing);
  await page.locator('#pickup-backup').setInputFiles(grace.backup);
  await Promise.all([page.waitForEvent('download'), make(page, 'grace', PASSPHRASE)]);
  await forgetful.close();
});

test('Firefox that keeps neither cookies nor data: sent all the same, and the link says what is missing', async () => {
  test.setTimeout(180_000);
  const firefox = await testFirefox(portal.dir, 'en', { 'network.cookie.cookieBehavior': 2 });
  const page = await firefox.launch();
  try {
    await page.importRoot(portal.rootPem);
    await page.goto(`${portal.url}/certs/new`);
    await page.type('#commonName', 'heidi');
    await page.type('#passphrase', PASSPHRASE);
    await page.click(certs.new.continue);
    await page.sees(certs.new.preview);
    await page.click(certs.new.send);
    await page.sees(certs.new.backupLostText);
    const link = String(await page.read(`document.querySelector('[data-testid="pickup-link"]').textContent`));
    await page.click(certs.new.backupSave);
    await firefox.saved('-key-backup.pem');
    await page.goto(link);
    await page.sees(certs.request.openNoCookies);
  } finally {
    await page.quit();
  }
});

test('without WebCrypto the page says why, and leads to https', async () => {
  // Over plain http the wizard is not served at all.
  const plain = await portal.call(`${portal.httpUrl}/certs/new`);
  expect([plain.status, plain.headers.location]).toEqual([308, `${portal.url}/certs/new`]);
  // And where a page came unencrypted all the same, browsers have no crypto.subtle.
  const context = await browser.newContext();
  await context.addInitScript(() => Object.defineProperty(crypto, 'subtle', { value: undefined }));
  const page = await context.newPage();
  await page.goto(`${portal.url}/certs/new`);
  const notice = page.getByRole('alert').filter({ hasText: certs.new.noCrypto });
  await expect(notice).toBeVisible();
  await expect(notice.getByRole('link', { name: certs.new.noCryptoLink })).toHaveAttribute(
    'href',
    `${portal.url}/certs/new`,
  );
  await page.locator('#commonName').fill('ivan');
  await page.locator('#passphrase').fill(PASSPHRASE);
  await page.getByRole('button', { name: certs.new.continue }).click();
  await expect(page.locator('main')).toContainText(certs.new.keyFailed);
  await context.close();
});

test('a canary that the DNS does not know is no distrust of this browser', async () => {
  for (const [exists, kind] of [
    [true, /is-warn/],
    [false, /is-off/],
  ] as const) {
    const context = await browser.newContext();
    const page = await context.newPage();
    // As where the name has no address: the browser gets no connection, and the portal knows why.
    await page.route(`${portal.canaryUrl}/**`, (route) => route.abort('namenotresolved'));
    await page.route('**/trust/nonce', async (route) => {
      const told = JSON.parse((await portal.call('/trust/nonce')).text) as Record<string, unknown>;
      expect(told['canaryExists']).toBe(true);
      await route.fulfill({ json: { ...told, canaryExists: exists } });
    });
    await page.goto(`${portal.url}/ca`);
    await expect(page.locator('.check')).toHaveClass(kind);
    const said = exists ? ca.check.untrusted : ca.check.unresolvedText.replace('{name}', 'canary.localhost');
    await expect(page.locator('.check')).toContainText(said);
    await page.goto(`${portal.url}/status`);
    const heading = page.getByRole('heading', { level: 1 });
    await expect(heading).toHaveText(status.trustTitle[exists ? 'untrusted' : 'unresolved']);
    await context.close();
  }
});
