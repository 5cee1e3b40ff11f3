import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test, type Browser, type Page } from '@playwright/test';

import { startSmtpServer, type TestSmtpServer } from '../lib/mail/testing/smtp-server';
import { becomeAdministrator, signInByPassword } from './support/administrator';
import { testBrowser, type TestBrowser } from './support/chromium';
import { opensslCsr, type MadeCsr } from './support/csr';
import { bearer, curl, jsonBody } from './support/curl';
import { oneConnection } from './support/https-client';
import { pickUp, type Issued } from './support/issue';
import { until } from './support/ports';
import { startPortal, type Portal } from './support/portal';
import { mustRun } from './support/run';

// Taking certificates back, by everybody who may, and what the gate does then: behind Apache and the embedded front.

for (const front of ['apache', 'embedded'] as const) {
  test.describe(`revocation behind ${front}`, () => {
    test.describe.configure({ mode: 'serial' });

    let portal: Portal;
    let smtp: TestSmtpServer;
    let chromium: TestBrowser;
    let browser: Browser;
    let token: string;

    test.beforeAll(async () => {
      test.setTimeout(300_000);
      smtp = await startSmtpServer({});
      portal = await startPortal({
        front,
        toml:
          '[signing]\nauto = false\n[requests]\nopenPerAddress = 100\n' +
          `[mail]\ntransport = "smtp"\nfrom = "hub@example.org"\nhost = "127.0.0.1"\nport = ${smtp.port}\nsecurity = "none"\n`,
      });
      token = await portal.token('approver', 'operator');
      chromium = await testBrowser(portal.dir);
      await chromium.trustRoot(join(portal.caDir, 'root-ca.pem'));
      browser = await chromium.launch();
    });
    test.afterAll(async () => {
      await chromium?.forgetPolicy();
      await browser?.close();
      await portal?.stop();
      await smtp?.close();
    });

    /** A certificate with the address in it, and the person's name for the device. */
    async function certificate(account: string, label: string): Promise<Issued> {
      const made = await opensslCsr(portal.dir, account);
      const sent = await curl(
        portal,
        '/api/v1/requests',
        ...jsonBody({ csr: await readFile(made.csrFile, 'utf8'), email: `${account}@example.org`, label }),
      );
      expect(sent.status, sent.body).toBe(201);
      const { id, pickupSecret } = sent.json() as { id: string; pickupSecret: string };
      return approveAndSign(made, id, pickupSecret);
    }

    async function approveAndSign(made: MadeCsr, id: string, pickupSecret: string): Promise<Issued> {
      const admin = async (path: string, body: unknown) => {
        const answer = await curl(
          portal,
          `/api/v1/admin/requests/${path}`,
          ...bearer(token),
          '--header',
          'Accept: application/json',
          ...jsonBody(body),
        );
        expect(answer.status, answer.body).toBe(200);
      };
      await admin(`${id}/approve`, { vouchEmail: true, confirmTakeover: true });
      await admin('sign', { ids: [id] });
      return pickUp(portal, made, id, pickupSecret);
    }

    /** Enters the hub over one connection; how many ms after the answer of `revoke` the first refused request was sent. */
    async function refusedAfter(
      identity: Issued['identity'],
      revoke: () => Promise<unknown>,
    ): Promise<number> {
      const agent = oneConnection();
      const hub = () => portal.call(`${portal.gateUrl}/astro/x`, { identity, agent });
      try {
        expect((await hub()).status).toBe(200);
        await revoke();
        const answered = Date.now();
        for (;;) {
          const sent = Date.now();
          const answer = await hub();
          expect(answer.reusedSocket).toBe(true);
          // When it was sent, not how long a busy machine took to answer it.
          if (answer.status === 403) return sent - answered;
          expect(answer.status).toBe(200);
          expect(sent - answered).toBeLessThan(1000);
        }
      } finally {
        agent.destroy();
      }
    }

    const mailsTo = (address: string) => smtp.mails.filter((mail) => mail.to.includes(address));
    /** Quoted-printable lines joined again (RFC 2045 section 6.7). */
    const textOf = (data: string) => data.replace(/=\r?\n/g, '').replaceAll('=3D', '=');

    async function mailedLink(address: string, pattern: RegExp): Promise<string> {
      let link = '';
      await until(`a mail to ${address}`, async () => {
        const found = mailsTo(address).findLast((mail) => pattern.test(textOf(mail.data)));
        link = pattern.exec(textOf(found?.data ?? ''))?.[0] ?? '';
        return link !== '';
      });
      return link;
    }

    test('through the API: refused on the next request of an open connection', async () => {
      const { serial, identity } = await certificate('carol', 'desk');
      const ms = await refusedAfter(identity, async () => {
        const path = `/api/v1/admin/certificates/${serial}/revoke`;
        const answer = await curl(
          portal,
          path,
          ...bearer(token),
          ...jsonBody({ reason: 'affiliationChanged' }),
        );
        expect(answer.json()).toMatchObject({ serial, state: 'REVOKED', reason: 'affiliationChanged' });
      });
      expect(ms).toBeLessThan(1000);
      await until('the holder is told', async () =>
        mailsTo('carol@example.org').some(({ data }) => /^Subject: .*was revoked/m.test(data)),
      );
    });

    test('with the pick-up secret and curl', async () => {
      const { id, serial, identity, pickupSecret } = await certificate('dora', 'laptop');
      const ms = await refusedAfter(identity, async () => {
        const answer = await curl(
          portal,
          `/api/v1/requests/${id}/revoke`,
          ...bearer(pickupSecret),
          ...jsonBody({ reason: 'keyCompromise' }),
        );
        expect(answer.json()).toMatchObject({ serial, state: 'REVOKED', reason: 'keyCompromise' });
      });
      expect(ms).toBeLessThan(1000);
      const view = await curl(portal, `/api/v1/requests/${id}`, ...bearer(pickupSecret));
      expect(view.json()).toMatchObject({ label: 'laptop', certificate: { state: 'REVOKED' } });
    });

    test('a lost laptop, from any machine, by a link to the mailbox and without JavaScript', async () => {
      const laptop = await certificate('alice', 'laptop');
      const office = await certificate('alice', 'office');
      const context = await browser.newContext({ javaScriptEnabled: false });
      const page = await context.newPage();
      const told = async (address: string) => {
        await page.goto(`${portal.url}/certs/lost`);
        await page.locator('#email').fill(address);
        await page.getByRole('button', { name: 'Send me the link' }).click();
        return page.getByRole('status').innerText();
      };
      // The same answer, known or not; and a mail to the known one only.
      expect(await told('nobody@example.org')).toBe(await told('alice@example.org'));
      const link = await mailedLink('alice@example.org', /https:\/\/\S+\/certs\/lost\/open#s=[\w-]+/);
      expect(mailsTo('nobody@example.org')).toEqual([]);

      await page.goto(`${portal.url}/certs/lost/open`);
      await page.locator('#secret').fill(link);
      await page.getByRole('button', { name: 'Show my certificates' }).click();
      await expect(page).toHaveURL(`${portal.url}/certs/revoke`);
      await expect(page.locator('main')).toContainText('office');
      await page.getByRole('checkbox', { name: /laptop/ }).check();
      await page.getByRole('radio', { name: /lost the device/ }).check();
      await page.getByRole('button', { name: 'Continue' }).click();
      await expect(page.getByRole('heading', { name: 'Is this what you want to revoke?' })).toBeVisible();
      await expect(page.locator('.picked')).not.toContainText('office');
      const ms = await refusedAfter(laptop.identity, async () => {
        await page.getByRole('button', { name: 'Revoke this certificate' }).click();
        await expect(page.getByRole('heading', { name: /^Revoked/ })).toBeVisible();
      });
      expect(ms).toBeLessThan(1000);
      expect((await portal.call(`${portal.gateUrl}/astro/`, { identity: office.identity })).status).toBe(200);

      // The link worked once, and only in that browser.
      const other = await (await browser.newContext()).newPage();
      await other.goto(link);
      await other.getByRole('button', { name: 'Show my certificates' }).click();
      await expect(other.locator('main')).toContainText('does not work any more');
      await other.goto(`${portal.url}/certs/revoke`);
      await expect(other.getByRole('heading', { level: 1 })).toHaveText(
        /Show first which certificates are yours/,
      );
      await other.context().close();
      await context.close();
    });

    test('with the certificate itself, from the check at the gate', async () => {
      const frank = await certificate('frank', 'laptop');
      const p12 = join(portal.dir, 'frank.p12');
      await exportP12(frank, p12);
      await chromium.importP12(p12, 'pass');
      await chromium.pickCertificateFor(portal.gateUrl);
      const own = await chromium.launch();
      try {
        const page = await own.newPage();
        await page.goto(`${portal.gateUrl}/status/cert-check`);
        await expect(page.locator('h1.is-ok')).toBeVisible();
        await page.getByRole('link', { name: 'Revoke this certificate' }).click();
        await expect(page).toHaveURL(new RegExp(`^${portal.url}/certs/revoke`));
        await expect(page.getByRole('checkbox', { name: /laptop/ })).toBeChecked();
        // What a notebook's script could post beside the hubs, where the browser adds the certificate.
        const html = await page.evaluate(async () => (await fetch(location.href)).text());
        const cookies = await page.context().cookies(portal.url);
        const asked = await postAction(`${portal.url}/certs/revoke`, html, frank, 'choose', {
          origin: portal.url,
          cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '),
        });
        expect(asked.text).toContain('Is this what you want to revoke?');
        for (const path of ['/status/cert-check', '/certs/revoke']) {
          const forged = await postAction(`${portal.gateUrl}${path}`, html, frank, 'confirm', {
            origin: portal.gateUrl,
          });
          expect(forged.text).not.toMatch(/Revoked\. The gate/);
        }
        const still = await portal.call(`${portal.gateUrl}/astro/`, { identity: frank.identity });
        expect(still.status).toBe(200);
        await page.getByRole('radio', { name: /do not need it/ }).check();
        await page.getByRole('button', { name: 'Continue' }).click();
        const ms = await refusedAfter(frank.identity, async () => {
          await page.getByRole('button', { name: 'Revoke this certificate' }).click();
          await expect(page.getByRole('heading', { name: /^Revoked/ })).toBeVisible();
        });
        expect(ms).toBeLessThan(1000);
        await page.goto(`${portal.gateUrl}/status/cert-check`);
        await expect(page.getByRole('heading', { level: 1 })).toContainText('revoked');
        // What was shown proves nothing any more.
        await page.goto(`${portal.url}/certs/revoke`);
        await expect(page.getByRole('heading', { level: 1 })).toHaveText(/Show first/);
      } finally {
        await own.close();
        await chromium.forgetPolicy();
      }
    });

    /** Sends a page's form as a browser without scripts would, to another address. */
    function postAction(
      url: string,
      html: string,
      { serial, identity }: Issued,
      step: 'choose' | 'confirm',
      headers: { origin: string; cookie?: string },
    ) {
      const boundary = 'form-of-a-notebook';
      const own = [...html.matchAll(/<input type="hidden" name="(\$ACTION[^"]*)"(?: value="([^"]*)")?/g)];
      expect(own.length).toBeGreaterThan(0);
      const fields = [
        ...own.map(([, name, value]) => [name ?? '', (value ?? '').replaceAll('&quot;', '"')] as const),
        ...([
          ['serial', serial],
          ['why', 'lost'],
          ['step', step],
        ] as const),
      ];
      const body = fields
        .map(
          ([name, value]) =>
            `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
        )
        .join('');
      return portal.call(url, {
        method: 'POST',
        identity,
        headers: {
          ...headers,
          'content-type': `multipart/form-data; boundary=${boundary}`,
        },
        body: `${body}--${boundary}--\r\n`,
      });
    }

    test('by an operator: a hold on the page, its end on the host, then many at once', async () => {
      const gina = await certificate('gina', 'laptop');
      const second = await certificate('gina', 'office');
      const context = await browser.newContext();
      const page = await context.newPage();
      await becomeAdministrator(page, portal.firstAdminLink());
      await page.goto(`${portal.url}/admin/certificates/${gina.serial}`);
      await expect(page.locator('main')).toContainText('laptop');
      await page.locator('#reason').selectOption('certificateHold');
      await page.locator('#confirm').fill('gina');
      const held = await refusedAfter(gina.identity, async () => {
        await page.getByRole('button', { name: /^Revoke the certificate/ }).click();
        await expect(page.getByRole('heading', { level: 1 })).toContainText('on hold');
      });
      expect(held).toBeLessThan(1000);
      await expect(page.locator('main')).toContainText(`certs release ${gina.serial}`);
      const check = await portal.call(`${portal.gateUrl}/status/cert-check`, {
        headers: { accept: 'application/json' },
        identity: gina.identity,
      });
      expect(JSON.parse(check.text)).toMatchObject({ accepted: false, revocation: 'certificateHold' });

      await portal.hubgateJson(['certs', 'release', gina.serial]);
      await until('the gate has heard of the end', async () => {
        const hub = await portal.call(`${portal.gateUrl}/astro/`, { identity: gina.identity });
        return hub.status === 200;
      });
      await until('so has the page', async () => {
        await page.reload();
        return /valid/.test(await page.getByRole('heading', { level: 1 }).innerText());
      });

      await page.goto(`${portal.url}/admin/certificates/bulk?by=person&person=gina`);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('2 certificates would be revoked');
      await expect(page.locator('main')).toContainText('astro');
      await page.locator('#confirm').fill('3');
      await page.getByRole('button', { name: 'Revoke 2 certificates' }).click();
      await expect(page.locator('main')).toContainText('Nothing was revoked');
      await page.locator('#confirm').fill('2');
      const many = await refusedAfter(second.identity, async () => {
        await page.getByRole('button', { name: 'Revoke 2 certificates' }).click();
        await expect(page.locator('main')).toContainText('2 certificates are revoked');
      });
      expect(many).toBeLessThan(1000);
      expect((await portal.call(`${portal.gateUrl}/astro/`, { identity: gina.identity })).status).toBe(403);

      const hana = await certificate('hana', 'laptop');
      const path = `/api/v1/admin/certificates/${hana.serial}/revoke`;
      expect((await curl(portal, path, ...bearer(token), ...jsonBody({ reason: 'superseded' }))).status).toBe(
        200,
      );
      await page.goto(`${portal.url}/admin/certificates/${hana.serial}`);
      await page.locator('#confirm').fill('hana');
      await page.getByRole('button', { name: 'Block the key of hana' }).click();
      await expect(page.locator('main')).toContainText('The key is blocked');
      await expect(page.locator('main')).toContainText('a newer certificate replaces it'); // the first reason stands
      await expect(page.getByText('RSA 2048, blocked for ever')).toBeVisible();
      await expect(page.getByRole('button', { name: /^Block the key/ })).toHaveCount(0);
      const csr = await readFile(hana.csrFile, 'utf8');
      const again = await curl(portal, '/api/v1/requests', ...jsonBody({ csr }));
      expect(again.json()).toMatchObject({ code: 'csr.compromised-key' });
      await context.close();
    });

    test('what somebody asked for while signed in, from any other browser where they sign in', async () => {
      const asking = await browser.newContext({ javaScriptEnabled: false });
      const form = await asking.newPage();
      await signInByPassword(form, portal.url, '?next=/certs/new%3Fway%3Dpaste');
      const made = await opensslCsr(portal.dir, 'ines');
      await expect(form).toHaveURL(`${portal.url}/certs/new?way=paste`);
      await form.locator('#csr').fill(made.csr);
      await form.locator('#email').fill('ines@example.org');
      await form.getByRole('button', { name: 'See what will be issued' }).click();
      await form.getByRole('button', { name: 'Send the request' }).click();
      const link = await form.getByTestId('pickup-link').innerText();
      const [, id = '', secret = ''] = /(R-[0-9A-Z]{8})#s=([\w-]+)/.exec(link) ?? [];
      const issued = await approveAndSign(made, id, secret);
      await asking.close();

      const elsewhere = await browser.newContext({ javaScriptEnabled: false });
      const page = await elsewhere.newPage();
      await page.goto(`${portal.url}/certs/revoke`);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(/Show first/);
      await signInByPassword(page, portal.url, '?next=/certs/revoke');
      await expect(page).toHaveURL(`${portal.url}/certs/revoke`);
      await page.getByRole('checkbox', { name: /ines/ }).check();
      await page.getByRole('radio', { name: /lost the device/ }).check();
      await page.getByRole('button', { name: 'Continue' }).click();
      const ms = await refusedAfter(issued.identity, async () => {
        await page.getByRole('button', { name: 'Revoke this certificate' }).click();
        await expect(page.getByRole('heading', { name: /^Revoked/ })).toBeVisible();
      });
      expect(ms).toBeLessThan(1000);
      await elsewhere.close();
    });

    test('from the command line: the number first, then the deed', async () => {
      await certificate('hugo', 'laptop');
      await certificate('hugo', 'office');
      const asked = await portal.hubgate(['certs', 'revoke', '--person', 'hugo', '--json']);
      expect(asked.code).toBe(1);
      expect(JSON.parse(asked.stdout)).toMatchObject({ count: 2, people: 1, hubs: [{ name: 'astro' }] });
      expect(asked.stderr).toContain('--count 2');
      const wrong = await portal.hubgate(['certs', 'revoke', '--person', 'hugo', '--count', '5']);
      expect(wrong).toMatchObject({ code: 1 });
      expect(
        await portal.hubgateJson([
          ...['certs', 'revoke', '--person', 'hugo', '--count', '2'],
          ...['--reason', 'cessationOfOperation'],
        ]),
      ).toMatchObject({ count: 2, unknown: [], reason: 'cessationOfOperation' });
      // The portal's clock left the record to who did it.
      const events = await portal.hubgateJson(['certs', 'list', '--q', 'hugo', '--state', 'REVOKED']);
      expect(events['items']).toHaveLength(2);
    });

    test('strangers are slowed down when they ask for links', async () => {
      const page: Page = await (await browser.newContext()).newPage();
      let slowed = false;
      for (let attempt = 0; attempt < 8 && !slowed; attempt += 1) {
        await page.goto(`${portal.url}/certs/lost`);
        await page.locator('#email').fill(`stranger${attempt}@example.org`);
        await page.getByRole('button', { name: 'Send me the link' }).click();
        const said = page.locator('main [role=status], main .error').first();
        await expect(said).toBeVisible();
        slowed = /Too many/.test(await said.innerText());
      }
      expect(slowed).toBe(true);
      await page.context().close();
    });
  });
}

async function exportP12(issued: Issued, file: string): Promise<void> {
  await mustRun('openssl', [
    ...['pkcs12', '-export', '-in', issued.certFile, '-inkey', issued.keyFile],
    ...['-out', file, '-passout', 'pass:pass'],
  ]);
}
