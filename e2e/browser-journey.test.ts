import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test, type Browser, type Page } from '@playwright/test';

import { becomeAdministrator } from './support/administrator';
import { testBrowser, type TestBrowser } from './support/chromium';
import { mustRun } from './support/run';
import { startPortal, type Portal } from './support/portal';
import { verifyWithThree } from './support/three-verifiers';

// A person with a browser and nothing else: from a browser that does not trust the CA to an open hub.

const PASSPHRASE = 'a passphrase of mine';

for (const front of ['apache', 'embedded'] as const) {
  test.describe(`with a browser alone, behind ${front}`, () => {
    test.describe.configure({ mode: 'serial' });

    let portal: Portal;
    let chromium: TestBrowser;
    let browser: Browser;
    let page: Page;
    let requestUrl: string;
    let p12: string;
    const messages: string[] = [];

    /** The browser's profile of a person survives a restart: so do its cookies and its key store. */
    let profile: Awaited<ReturnType<Awaited<ReturnType<Browser['newContext']>>['storageState']>> | undefined;

    const open = async () => {
      browser = await chromium.launch();
      const context = await browser.newContext({
        acceptDownloads: true,
        ...(profile ? { storageState: profile } : {}),
      });
      page = await context.newPage();
      page.on('console', (message) => {
        if (message.type() === 'error') messages.push(`${page.url()}: ${message.text()}`);
      });
      page.on('pageerror', (error) => messages.push(`${page.url()}: ${error.message}`));
    };
    const restart = async () => {
      profile = await page.context().storageState({ indexedDB: true });
      await browser.close();
      await open();
    };

    test.beforeAll(async () => {
      test.setTimeout(180_000);
      portal = await startPortal({ front, toml: '[signing]\nauto = false' });
      chromium = await testBrowser(portal.dir);
      await open();
    });
    test.afterAll(async () => {
      await chromium?.forgetPolicy();
      await browser?.close();
      await portal?.stop();
    });

    test('a browser that does not trust the root is stopped at https, and helped at http', async () => {
      const warned = await page.context().newPage();
      await expect(warned.goto(portal.url)).rejects.toThrow(/ERR_CERT_AUTHORITY_INVALID/);
      await warned.close();
      await page.goto(portal.httpUrl);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await page.goto(`${portal.httpUrl}/ca`);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.locator('a[href$="/ca/root-ca.crt"]').first().click(),
      ]);
      const file = join(portal.dir, 'downloaded-root.crt');
      await download.saveAs(file);
      const printed = await mustRun('openssl', [
        'x509',
        '-inform',
        'DER',
        '-in',
        file,
        '-noout',
        '-fingerprint',
        '-sha256',
      ]);
      const fingerprint = printed.trim().split('=')[1]?.replaceAll(':', '').toLowerCase() ?? '';
      const shown = (await page.locator('body').innerText()).replace(/[\s:]/g, '').toLowerCase();
      expect(shown).toContain(fingerprint);
    });

    test('with the root installed the page says so', async () => {
      await chromium.trustRoot(join(portal.caDir, 'root-ca.pem'));
      messages.length = 0;
      await restart();
      await page.goto(`${portal.url}/ca`);
      await expect(page.getByRole('status').filter({ hasText: /trust/i }).first()).toHaveClass(/is-ok/);
    });

    test('a request with a key that the browser makes', async () => {
      await page.goto(`${portal.url}/certs/new`);
      await page.locator('#commonName').fill('alice');
      await page.locator('#email').fill('alice@example.org');
      await page.locator('#passphrase').fill(PASSPHRASE);
      const sent: string[] = [];
      page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`));
      await page.getByRole('button', { name: 'See what will be issued' }).click();
      await expect(page.getByRole('heading', { name: 'What will be in it' })).toBeVisible();
      await expect(page.locator('body')).toContainText('NLHPC');
      await page.getByRole('button', { name: 'Send the request' }).click();
      const link = await page.getByTestId('pickup-link').innerText();
      expect(link).toMatch(new RegExp(`^${portal.url}/certs/requests/R-[0-9A-Z]{8}#s=`));
      requestUrl = link;
      // Neither the key nor its passphrase went anywhere.
      expect(sent.join('\n')).not.toMatch(/PRIVATE KEY/);
      expect(sent.join('\n')).not.toContain(PASSPHRASE);
      const [backup] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Save the backup file' }).click(),
      ]);
      await backup.saveAs(join(portal.dir, 'key-backup.pem'));
      await mustRun('openssl', [
        'pkey',
        '-in',
        join(portal.dir, 'key-backup.pem'),
        '-passin',
        `pass:${PASSPHRASE}`,
        '-noout',
        '-check',
      ]);
    });

    test('the administrator of the one-time link approves and signs', async () => {
      const context = await browser.newContext();
      const admin = await context.newPage();
      await becomeAdministrator(admin, portal.firstAdminLink());
      await admin.goto(`${portal.url}/admin`);
      await admin.getByRole('link', { name: /alice/ }).first().click();
      await expect(admin.locator('body')).toContainText('alice@example.org');
      await admin.getByRole('radio', { name: /^Approve/ }).check();
      await admin.getByRole('button', { name: /^Approve/ }).click();
      await expect(admin.locator('body')).toContainText('Approved');
      await admin.goto(`${portal.url}/admin/signing`);
      await admin.getByRole('button', { name: /^Sign \d/ }).click();
      await expect(admin.locator('body')).toContainText(/issued/i);
      // The link worked once.
      const again = await context.newPage();
      await again.goto(portal.firstAdminLink());
      await expect(again.locator('body')).toContainText(/used|older/i);
      await context.close();
    });

    test('the .p12 is made in the browser, and three programs read it', async () => {
      await page.goto(requestUrl);
      await expect(page.locator('ol.timeline')).not.toContainText('Picked up');
      await expect(page.getByRole('heading', { name: 'Your certificate is ready' })).toBeVisible();
      for (const form of ['legacy', 'modern']) {
        await page.locator('#pickup-passphrase').fill(PASSPHRASE);
        await page.locator('#pickup-form').selectOption(form);
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: 'Make alice.p12' }).click(),
        ]);
        p12 = join(portal.dir, `${form}.p12`);
        await download.saveAs(p12);
        await mustRun('openssl', [
          'pkcs12',
          '-in',
          p12,
          '-passin',
          `pass:${PASSPHRASE}`,
          '-nodes',
          ...(form === 'legacy' ? ['-legacy'] : []),
          '-out',
          join(portal.dir, `${form}.pem`),
        ]);
        const nss = join(portal.dir, `nss-${form}`);
        await mkdir(nss);
        await mustRun('certutil', ['-d', `sql:${nss}`, '-N', '--empty-password']);
        await mustRun('pk12util', ['-d', `sql:${nss}`, '-i', p12, '-W', PASSPHRASE, '-K', '']);
      }
      await expect(page.locator('ol.timeline')).toContainText('Picked up');
      const leaf = await mustRun('openssl', ['x509', '-in', join(portal.dir, 'modern.pem')]);
      await verifyWithThree({ certPem: leaf, caDir: portal.caDir });
    });

    test('without the certificate the gate explains', async () => {
      const answer = await page.goto(`${portal.gateUrl}/astro/`);
      expect(answer?.status()).toBe(403);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await expect(page.locator(`a[href^="${portal.url}"]`).first()).toBeVisible();
      await page.goto(`${portal.gateUrl}/status/cert-check`);
      await expect(page.locator('body')).toContainText(/no certificate/i);
    });

    test('with the certificate imported the gate accepts, and the hub opens', async () => {
      await chromium.importP12(p12, PASSPHRASE);
      await chromium.pickCertificateFor(portal.gateUrl);
      await restart();
      await page.goto(`${portal.gateUrl}/status/cert-check`);
      await expect(page.locator('h1.is-ok')).toBeVisible();
      await expect(page.locator('main')).toContainText('alice');
      const hub = await page.goto(`${portal.gateUrl}/astro/`);
      expect(hub?.status()).toBe(200);
      expect(await hub?.json()).toMatchObject({ hub: 'astro' });
      const echoed = await page.evaluate(
        () =>
          new Promise<string>((resolve, reject) => {
            const socket = new WebSocket(`wss://${location.host}/astro/ws`);
            socket.onopen = () => socket.send('hello');
            socket.onmessage = ({ data }) => resolve(String(data));
            socket.onerror = () => reject(new Error('no WebSocket'));
          }),
      );
      expect(echoed).toBe('echo hello');
      await page.goto(requestUrl);
      await expect(page.locator('ol.timeline')).toContainText('The gate has accepted it');
    });

    test('the identity comes over to the portal', async () => {
      await page.goto(`${portal.url}/`);
      await page.goto(`${portal.url}/auth/certificate/start?next=/`);
      await page.waitForURL(`${portal.url}/`);
      await expect(page.locator('body')).toContainText('alice');
      await page.goto(`${portal.url}/hubs`);
      await expect(page.getByRole('link', { name: /astro/i }).first()).toBeVisible();
    });

    test('nothing complained on the way', () => {
      // A 403 that explains is an error to the console, as is the first page that was not trusted.
      expect(messages.filter((text) => !/403|404|ERR_CERT|net::ERR/.test(text))).toEqual([]);
    });
  });
}
