import { join } from 'node:path';

import { expect, test, type Browser, type Locator, type Page } from '@playwright/test';

import { testBrowser, type TestBrowser } from './support/chromium';
import { opensslCsr } from './support/csr';
import { bearer, curl } from './support/curl';
import { approveAndSign } from './support/issue';
import { startPortal, type Portal } from './support/portal';
import { mustRun } from './support/run';

// The whole way once more: with a keyboard and no mouse, and without JavaScript.

const PASSPHRASE = 'a passphrase of mine';

let portal: Portal;
let token: string;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  portal = await startPortal({ front: 'apache', toml: '[signing]\nauto = false' });
  token = await portal.token('approver', 'operator');
});
test.afterAll(() => portal?.stop());

/** A person's browser, which they close and open: what it keeps, it keeps. */
async function person(name: string, options: { javaScriptEnabled: boolean }) {
  const chromium: TestBrowser = await testBrowser(join(portal.dir, name));
  let browser: Browser = await chromium.launch();
  let context = await browser.newContext({ acceptDownloads: true, ...options });
  return {
    chromium,
    page: () => context.newPage(),
    restart: async () => {
      const storageState = await context.storageState({ indexedDB: options.javaScriptEnabled });
      await browser.close();
      browser = await chromium.launch();
      context = await browser.newContext({ acceptDownloads: true, storageState, ...options });
      return context.newPage();
    },
    close: async () => {
      await chromium.forgetPolicy();
      await browser.close();
    },
  };
}

/** Tab after Tab, as who has no mouse; what cannot be reached that way cannot be used. */
async function tabTo(target: Locator): Promise<void> {
  const page = target.page();
  await expect(target).toBeVisible();
  for (let pressed = 0; pressed < 150; pressed += 1) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`no Tab leads to ${String(target)}`);
}

async function enter(target: Locator): Promise<void> {
  await tabTo(target);
  await target.page().keyboard.press('Enter');
}

async function typeInto(target: Locator, text: string): Promise<void> {
  await tabTo(target);
  await target.page().keyboard.type(text);
}

async function savedBy(page: Page, act: () => Promise<void>, name: string): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), act()]);
  const file = join(portal.dir, name);
  await download.saveAs(file);
  return file;
}

test('the whole way by keyboard only', async () => {
  test.setTimeout(240_000);
  const kim = await person('kim', { javaScriptEnabled: true });
  try {
    const warned = await kim.page();
    await expect(warned.goto(portal.url)).rejects.toThrow(/ERR_CERT_AUTHORITY_INVALID/);
    await warned.close();
    let page = await kim.page();
    await page.goto(`${portal.httpUrl}/ca`);
    await expect(page.locator('.check.is-warn')).toBeVisible();
    const rootLink = page.locator('table a[href$="/ca/root-ca.pem"]');
    const root = await savedBy(page, () => enter(rootLink), 'kims-root.pem');
    await kim.chromium.trustRoot(root);

    page = await kim.restart();
    await page.goto(`${portal.httpUrl}/ca`);
    await expect(page.locator('.check.is-ok')).toBeVisible();
    await enter(page.getByRole('link', { name: 'Go on to step 2' }));
    await page.waitForURL(`${portal.url}/certs/new`);
    await typeInto(page.locator('#commonName'), 'kim');
    await typeInto(page.locator('#email'), 'kim@example.org');
    await typeInto(page.locator('#passphrase'), PASSPHRASE);
    await enter(page.getByRole('button', { name: 'See what will be issued' }));
    await enter(page.getByRole('button', { name: 'Send the request' }));
    const id = /R-[0-9A-Z]{8}/.exec(await page.getByTestId('pickup-link').innerText())?.[0] ?? '';
    const backup = page.getByRole('button', { name: 'Save the backup file' });
    await savedBy(page, () => enter(backup), 'kims-backup.pem');
    await enter(page.getByRole('link', { name: 'See my request' }));
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();

    await approveAndSign(portal, token, id);
    // The open page notices by itself.
    await expect(page.getByRole('heading', { name: 'Your certificate is ready' })).toBeVisible({
      timeout: 60_000,
    });
    await typeInto(page.locator('#pickup-passphrase'), PASSPHRASE);
    const make = page.getByRole('button', { name: 'Make kim.p12' });
    const p12 = await savedBy(page, () => enter(make), 'kim.p12');

    await kim.chromium.importP12(p12, PASSPHRASE);
    await kim.chromium.pickCertificateFor(portal.gateUrl);
    page = await kim.restart();
    await page.goto(`${portal.url}/status`);
    await enter(page.getByRole('button', { name: 'Ask the gate' }));
    await enter(page.getByRole('link', { name: 'See the hubs' }));
    await page.waitForURL(`${portal.url}/hubs`);
    await enter(page.getByRole('link', { name: /astro/i }).first());
    await enter(page.getByRole('link', { name: 'Enter /astro' }));
    await expect(page.locator('body')).toContainText('"hub":"astro"');
  } finally {
    await kim.close();
  }
});

test('the whole way without JavaScript, with a CSR that is pasted', async () => {
  test.setTimeout(240_000);
  const noa = await person('noa', { javaScriptEnabled: false });
  try {
    let page = await noa.page();
    await page.goto(`${portal.httpUrl}/ca`);
    // The test by link ends at the browser's own warning.
    await page.getByRole('link', { name: 'Test now' }).click();
    await expect(page).toHaveURL(/^chrome-error:/);
    await noa.chromium.trustRoot(join(portal.caDir, 'root-ca.pem'));

    page = await noa.restart();
    await page.goto(`${portal.url}/ca`);
    await page.getByRole('link', { name: 'Test now' }).click();
    await expect(page).toHaveURL(`${portal.url}/ca?trust=returned`);
    // What stands in <noscript> is no text to Playwright's own assertions.
    expect(await page.locator('main noscript').first().innerText()).toContain('The test by link succeeded');

    const made = await opensslCsr(portal.dir, 'noa');
    await page.goto(`${portal.url}/certs/new?way=paste`);
    await page.locator('#csr').fill(made.csr);
    await page.locator('#email').fill('noa@example.org');
    await page.getByRole('button', { name: 'See what will be issued' }).click();
    await expect(page.getByRole('heading', { name: 'What will be in it' })).toBeVisible();
    await page.getByRole('button', { name: 'Send the request' }).click();
    const link = await page.getByTestId('pickup-link').innerText();
    const id = /R-[0-9A-Z]{8}/.exec(link)?.[0] ?? '';
    const listed = await curl(portal, '/api/v1/admin/requests?q=noa', ...bearer(token));
    expect(listed.json()).toMatchObject({ items: [{ id, trust: 'weak' }] });

    await approveAndSign(portal, token, id);
    await page.goto(`${portal.url}/certs/requests/${id}`);
    await expect(page.getByRole('heading', { name: 'Your certificate is ready' })).toBeVisible();
    const certificate = page.locator('a[href$="/certificate.pem"]').first();
    const pem = await savedBy(page, () => certificate.click(), 'noa.pem');
    const p12 = join(portal.dir, 'noa.p12');
    await mustRun('openssl', [
      ...['pkcs12', '-export', '-in', pem, '-inkey', made.keyFile],
      ...['-certfile', join(portal.caDir, 'root-ca.pem'), '-out', p12, '-passout', `pass:${PASSPHRASE}`],
    ]);

    await noa.chromium.importP12(p12, PASSPHRASE);
    await noa.chromium.pickCertificateFor(portal.gateUrl);
    page = await noa.restart();
    await page.goto(`${portal.gateUrl}/status/cert-check`);
    await expect(page.locator('h1.is-ok')).toBeVisible();
    await page.goto(`${portal.url}/hubs`);
    await page.getByRole('link', { name: /astro/i }).first().click();
    await page.getByRole('link', { name: 'Enter /astro' }).click();
    await expect(page.locator('body')).toContainText('"hub":"astro"');

    // Another machine, where only the link was kept: the secret is pasted.
    const elsewhere = await person('noa-elsewhere', { javaScriptEnabled: false });
    await elsewhere.chromium.trustRoot(join(portal.caDir, 'root-ca.pem'));
    const other = await elsewhere.restart();
    await other.goto(link);
    await other.locator('#secret').fill('x'.repeat(43));
    await other.locator('form button[type="submit"]').first().click();
    await expect(other.locator('#secret-error')).toBeVisible();
    await other.locator('#secret').fill(link.split('#s=')[1] ?? '');
    await other
      .getByRole('button', { name: /open|see/i })
      .first()
      .click();
    await expect(other.getByRole('heading', { name: 'Your certificate is ready' })).toBeVisible();
    await elsewhere.close();
  } finally {
    await noa.close();
  }
});
