import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';

import { startSmtpServer, type TestSmtpServer } from '../lib/mail/testing/smtp-server';
import { ADMIN, becomeAdministrator } from './support/administrator';
import { testBrowser } from './support/chromium';
import { sql } from './support/database';
import { parseMail } from './support/mail';
import { until } from './support/ports';
import { startPortal, type Portal } from './support/portal';

// A signing CA of one year, and lists of two days: what ends is told to operators wherever they look.
test.describe.configure({ mode: 'serial' });

const DAY_SECONDS = 86_400;
const TOKEN = 'a-token-of-a-monitor-1234';

let portal: Portal;
let smtp: TestSmtpServer;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  smtp = await startSmtpServer({});
  portal = await startPortal({
    front: 'embedded',
    pki: 'signingYears = 1\ncrlDays = 2\nuserDays = 30\nserverDays = 30',
    toml:
      '[metrics]\ntokenFile = "metrics.token"\n' +
      `[mail]\ntransport = "smtp"\nfrom = "hub@example.org"\nhost = "127.0.0.1"\nport = ${smtp.port}\nsecurity = "none"\n`,
  });
  await writeFile(join(portal.dir, 'metrics.token'), `${TOKEN}\n`, { mode: 0o600 });
});
test.afterAll(async () => {
  await portal?.stop();
  await smtp?.close();
});

test('above every page of the administration', async () => {
  const chromium = await testBrowser(portal.dir);
  await chromium.trustRoot(join(portal.caDir, 'root-ca.pem'));
  const browser = await chromium.launch();
  try {
    const page = await browser.newPage();
    await becomeAdministrator(page, portal.firstAdminLink());
    for (const path of ['/admin', '/admin/certificates', '/admin/ca']) {
      await page.goto(`${portal.url}${path}`);
      const main = page.locator('main');
      await expect(main).toContainText(/The revocation list ends in [12] days?/);
      await expect(main).toContainText('hubgate ca unlock');
      await expect(main).toContainText(/JupyterHub Signing CA ends in 36\d days/);
      await expect(main).toContainText('hubgate ca rollover');
    }
  } finally {
    await browser.close();
  }
});

test('on the command line and to a monitor', async () => {
  const { expiries } = (await portal.hubgateJson(['ca', 'status'])) as {
    expiries: { what: string; daysLeft: number; end: string }[];
  };
  const ends = (what: string) => expiries.find((one) => one.what === what);
  expect(ends('signing-crl')?.daysLeft).toBe(1);
  expect(ends('signing-ca')?.daysLeft).toBeGreaterThan(360);
  expect(ends('signing-ca')?.daysLeft).toBeLessThan(366);
  const doctor = JSON.parse((await portal.hubgate(['doctor', '--json'])).stdout) as {
    findings: { level: string; says: string }[];
  };
  for (const said of [/^the revocation list ends at /, /Signing CA ends at .*hubgate ca rollover/]) {
    expect(doctor.findings.filter(({ says }) => said.test(says))).toMatchObject([{ level: 'warn' }]);
  }

  const { status, text } = await portal.call('/metrics', { headers: { authorization: `Bearer ${TOKEN}` } });
  expect(status).toBe(200);
  const left = Number(/^hubgate_ca_expires_seconds\{what="signing-crl",.*\} (\d+)$/m.exec(text)?.[1]);
  expect(left).toBeGreaterThan(DAY_SECONDS);
  expect(left).toBeLessThanOrEqual(2 * DAY_SECONDS);
});

test('by mail, to the operators, once', async () => {
  test.setTimeout(90_000);
  await sql(
    portal,
    `UPDATE User SET email = 'olga@example.org', roles = '["admin","operator"]' WHERE login = '${ADMIN.login}'`,
  );
  const ending = () => smtp.mails.filter(({ to }) => to.includes('olga@example.org'));
  await until('both mails', async () => ending().length >= 2, 60);
  const texts = await Promise.all(
    ending().map(async ({ data }) => (await parseMail(data)).parts.find(({ type }) => type === 'text/plain')),
  );
  const said = texts.map((part) => part?.text.replaceAll(/\s+/g, ' ') ?? '').join('\n');
  expect(said).toContain('hubgate ca unlock');
  expect(said).toContain('hubgate ca rollover');
  // The next round finds the same.
  await new Promise((resolve) => setTimeout(resolve, 20_000));
  expect(ending()).toHaveLength(2);
});
