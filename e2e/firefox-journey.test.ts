import { readFile } from 'node:fs/promises';

import { expect, test } from '@playwright/test';

import es from '../lib/i18n/messages/es.json' with { type: 'json' };
import { testFirefox, type FirefoxPage, type TestFirefox } from './support/firefox';
import { approveAndSign } from './support/issue';
import { startPortal, type Portal } from './support/portal';
import { mustRun } from './support/run';

const { ca, certs } = es;

// The same way in Debian's Firefox, whose user wishes Spanish: Firefox believes its own store only.

const PASSPHRASE = 'una frase solo mia';

for (const front of ['apache', 'embedded'] as const) {
  test.describe(`with Firefox in Spanish, behind ${front}`, () => {
    test.describe.configure({ mode: 'serial' });

    let portal: Portal;
    let firefox: TestFirefox;
    let page: FirefoxPage;
    let token: string;
    let requestUrl: string;

    test.beforeAll(async () => {
      test.setTimeout(180_000);
      portal = await startPortal({ front, toml: '[signing]\nauto = false' });
      token = await portal.token('approver', 'operator');
      firefox = await testFirefox(portal.dir, 'es-CL, es');
      page = await firefox.launch();
    });
    test.afterAll(async () => {
      await page?.quit();
      await portal?.stop();
    });

    test('untrusted at first; once the root is imported, the open page notices by itself', async () => {
      await expect(page.goto(portal.url)).rejects.toThrow(/insecure certificate/);
      await page.goto(`${portal.httpUrl}/ca`);
      expect(await page.read('document.documentElement.lang')).toBe('es');
      await page.sees(ca.check.untrusted);
      await page.read('void (window.neverLeft = true)');
      await page.importRoot(portal.rootPem);
      await page.has('.check.is-ok');
      await page.sees(ca.check.trustedText);
      expect(await page.read('window.neverLeft')).toBe(true);
    });

    test('a key made by Firefox, and its request', async () => {
      await page.goto(`${portal.url}/certs/new`);
      await page.sees(certs.new.title);
      await page.type('#commonName', 'alicia');
      await page.type('#email', 'alicia@example.org');
      await page.type('#passphrase', PASSPHRASE);
      await page.choose('#keyChoice', 'rsa-3072');
      await page.click(certs.new.continue);
      await page.sees(certs.new.preview);
      await page.click(certs.new.send);
      await page.has('[data-testid="pickup-link"]');
      requestUrl = String(
        await page.read(`document.querySelector('[data-testid="pickup-link"]').textContent`),
      );
      expect(requestUrl).toMatch(new RegExp(`^${portal.url}/certs/requests/R-[0-9A-Z]{8}#s=`));
      await page.click(certs.new.backupSave);
      const backup = await firefox.saved('-key-backup.pem');
      await mustRun('openssl', ['pkey', '-in', backup, '-passin', `pass:${PASSPHRASE}`, '-noout', '-check']);
    });

    test('once it is approved, Firefox makes the .p12', async () => {
      const id = /R-[0-9A-Z]{8}/.exec(requestUrl)?.[0] ?? '';
      await approveAndSign(portal, token, id);
      await page.goto(requestUrl);
      await page.sees(certs.pickup.found);
      await page.type('#pickup-passphrase', PASSPHRASE);
      await page.click(certs.pickup.make.replace('{file}', 'alicia.p12'));
      await page.sees(certs.pickup.done);
      expect((await readFile(await firefox.saved('alicia.p12'))).length).toBeGreaterThan(2000);
    });

    test('without the certificate the gate explains in Spanish', async () => {
      await page.goto(`${portal.gateUrl}/astro/`);
      expect(await page.read('document.documentElement.lang')).toBe('es');
      await page.has(`a[href^="${portal.url}"]`);
    });

    test('with it imported by pk12util the gate accepts, and the hub opens', async () => {
      await page.quit();
      await firefox.importP12(await firefox.saved('alicia.p12'), PASSPHRASE);
      page = await firefox.launch();
      await page.goto(`${portal.gateUrl}/status/cert-check`);
      await page.has('h1.is-ok');
      await page.sees('alicia');
      await page.goto(`${portal.gateUrl}/astro/`);
      const hub = JSON.parse(String(await page.read('document.body.textContent'))) as { hub: string };
      expect(hub.hub).toBe('astro');
      await page.goto(`${portal.url}/auth/certificate/start?next=/`);
      await page.sees('alicia');
    });
  });
}
