import { join } from 'node:path';

import { expect, test } from '@playwright/test';

import { startSmtpServer, type TestSmtpServer } from '../lib/mail/testing/smtp-server';
import { parseCalendar } from './support/calendar';
import { opensslCsr } from './support/csr';
import { endsAt, sql, stored } from './support/database';
import { browserOf, type HolderBrowser } from './support/holder-browser';
import { issue, type Issued } from './support/issue';
import { parseMail } from './support/mail';
import { makeForeignCa } from './support/openssl';
import { freePorts, until } from './support/ports';
import { startPortal, type Portal } from './support/portal';
import { renew } from './support/renewal';

// Before a certificate's end, behind the embedded front: who asks early waits, and mails remind in
// time, even if their server was away and the portal died.
test.describe.configure({ mode: 'serial' });

const DAY_MS = 86_400_000;

let portal: Portal;
let smtpPort: number;
let smtp: TestSmtpServer | null = null;
let holder: HolderBrowser | null = null;
let token: string;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  [smtpPort = 0] = await freePorts(1);
  portal = await startPortal({
    front: 'embedded',
    toml:
      '[requests]\nopenPerAddress = 100\n' +
      `[mail]\ntransport = "smtp"\nfrom = "hub@example.org"\nhost = "127.0.0.1"\nport = ${smtpPort}\nsecurity = "none"\n`,
  });
  token = await portal.token('approver', 'operator');
});
test.afterAll(async () => {
  await holder?.close();
  await portal?.stop();
  await smtp?.close();
});

const certificate = (account: string): Promise<Issued> =>
  issue(portal, token, account, { email: `${account}@example.org`, approve: { vouchEmail: true } });

test('early, an approver decides: on the page without JavaScript, and over the API', async () => {
  const kate = await certificate('kate');
  holder = await browserOf(portal, kate);
  const page = await (await holder.browser.newContext({ javaScriptEnabled: false })).newPage();
  await page.goto(`${portal.url}/auth/certificate/start?next=/certs/renew`);
  await expect(page.locator('main')).toContainText('So early an approver decides');
  await page.getByRole('link', { name: /Paste a CSR/ }).click();
  await page.locator('#csr').fill((await opensslCsr(portal.dir, 'kate')).csr);
  await page.getByRole('button', { name: 'Renew certificate' }).click();
  await expect(page.locator('main')).toContainText('An approver looks at it next');
  const again = await renew(portal, kate, { csr: (await opensslCsr(portal.dir, 'kate')).csr });
  expect(again.json()).toMatchObject({ state: 'SUBMITTED', obstacle: 'too-early' });
});

test('a certificate of another CA, which this front lets in, renews nothing', async () => {
  const foreign = await (await makeForeignCa(join(portal.dir, 'foreign'), 'Elsewhere')).issue('kate');
  const { csr } = await opensslCsr(portal.dir, 'kate');
  const answer = await renew(portal, foreign, { csr });
  expect([answer.status, answer.json()['code']]).toEqual([401, 'auth.no-certificate']);
});

test('mails wait for their server: none is lost, and the reminder carries text, HTML and a date', async () => {
  const judy = await certificate('judy');
  // A year has gone by, but for two days and a half.
  const end = new Date(Math.floor(Date.now() / 1000) * 1000 + 2.5 * DAY_MS);
  await endsAt(portal, judy.serial, end);
  process.kill((await portal.processes())['web'] ?? 0, 'SIGKILL');
  const waiting = async () =>
    Number(await sql(portal, 'SELECT count(*) FROM OutboxMail WHERE sentAt IS NULL'));
  await until('the reminder is written', async () =>
    (await sql(portal, "SELECT recipient FROM OutboxMail WHERE template = 'certificate-ending'")).includes(
      'judy@',
    ),
  );
  const due = await waiting();
  expect(due).toBe(Number(await sql(portal, 'SELECT count(*) FROM OutboxMail WHERE failedAt IS NULL')));
  expect(due).toBeGreaterThan(5);
  expect(await sql(portal, 'SELECT lastError FROM OutboxMail WHERE attempts > 0 LIMIT 1')).toContain(
    'ECONNREFUSED',
  );

  const owed = await sql(portal, 'SELECT recipient FROM OutboxMail ORDER BY recipient');
  smtp = await startSmtpServer({ port: smtpPort });
  // Its pause after a failure is over, and so is the claim of the process that died.
  await until('every mail is sent', async () => {
    await sql(
      portal,
      `UPDATE OutboxMail SET nextAttemptAt = '${stored(new Date())}' WHERE sentAt IS NULL AND attempts > 0`,
    );
    return (await waiting()) === 0;
  });
  const taken = smtp.mails.flatMap(({ to }) => to).sort();
  expect(taken).toEqual(owed.trim().split('\n'));
  const to = smtp.mails.filter(({ to: [recipient] }) => recipient === 'judy@example.org');
  const ending = to.filter(({ data }) => /^Subject: .*ends in/m.test(data));
  expect(ending).toHaveLength(1);
  const mail = await parseMail(ending[0]?.data ?? '');
  expect(mail.defects).toEqual([]);
  const part = (type: string) => mail.parts.find((one) => one.type === type)?.text ?? '';
  for (const type of ['text/plain', 'text/html']) {
    expect(part(type)).toContain('judy');
    expect(part(type)).toContain(`${portal.url}/certs/renew`);
  }
  const [event] = parseCalendar(part('text/calendar'));
  expect(event).toMatchObject({
    UID: `${judy.serial}@localhost`,
    DTSTART: end.toISOString().replaceAll(/[-:]|\.\d+/g, ''),
    URL: `${portal.url}/certs/renew`,
  });
});
