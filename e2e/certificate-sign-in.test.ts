import { join } from 'node:path';

import { expect, test, type Browser, type BrowserContext, type Page } from '@playwright/test';

import { ADMIN, becomeAdministrator } from './support/administrator';
import { testBrowser } from './support/chromium';
import { browserOf, type HolderBrowser } from './support/holder-browser';
import { issue, type Issued } from './support/issue';
import { startPortal, type Portal } from './support/portal';
import { appOf } from './support/totp';

// Signing in by a client certificate: the gate sees it, the portal's name gets the session.

test.describe.configure({ mode: 'serial' });

let portal: Portal;
let administrator: Browser;
let own: Issued;
let holders: HolderBrowser[];
let app: Awaited<ReturnType<typeof appOf>>;

test.beforeAll(async () => {
  test.setTimeout(240_000);
  holders = [];
  portal = await startPortal({ front: 'embedded' });
  const chromium = await testBrowser(portal.dir);
  await chromium.trustRoot(join(portal.caDir, 'root-ca.pem'));
  administrator = await chromium.launch();
  const page = await (await administrator.newContext()).newPage();
  await becomeAdministrator(page, portal.firstAdminLink());
  own = await issue(portal, await portal.token('approver'), ADMIN.login, {
    approve: { confirmTakeover: true },
  });
});
test.afterAll(async () => {
  await administrator?.close();
  for (const holder of holders) await holder.close();
  await portal?.stop();
});

/** A browser that holds this certificate, and nothing else of the portal's. */
async function holderOf(issued: Issued): Promise<HolderBrowser> {
  const holder = await browserOf(portal, issued);
  holders.push(holder);
  return holder;
}

async function byCertificate(context: BrowserContext, next = ''): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${portal.url}/sign-in${next}`);
  await page.getByRole('link', { name: 'Sign in with your certificate' }).click();
  return page;
}

/** The cookies of a session; the name ends with this portal's tag. */
async function sessionsOf(context: BrowserContext) {
  const cookies = await context.cookies([portal.url, portal.gateUrl]);
  return cookies.filter(({ name }) => name.startsWith('__Host-hubgate-session'));
}

test('whose name the certificate bears is signed in, by way of the gate and back to where they wanted', async () => {
  const { browser } = await holderOf(own);
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await byCertificate(context, `?next=${encodeURIComponent('/account')}`);
  await expect(page).toHaveURL(`${portal.url}/account`);
  await expect(page.getByRole('heading', { name: `Signed in as ${ADMIN.login}` })).toBeVisible();
  await expect(page.getByRole('table').first()).toContainText('certificate');
  // The session is the portal's own; the gate, whose hubs run strangers' scripts, has none.
  expect(await sessionsOf(context)).toMatchObject([
    { domain: new URL(portal.url).hostname, secure: true, httpOnly: true },
  ]);
  await page.goto(`${portal.gateUrl}/account`);
  await expect(page).toHaveURL(`${portal.url}/account`);
  await context.close();
});

test('it is a first factor only: who has a second one shows it', async () => {
  const page = await (await administrator.newContext()).newPage();
  await page.goto(`${portal.url}/sign-in`);
  await page.getByLabel('Login').fill(ADMIN.login);
  await page.getByLabel('Password').fill(ADMIN.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL(/\/admin/);
  await page.goto(`${portal.url}/account`);
  await page.getByRole('button', { name: 'Set up an authenticator app' }).click();
  app = await appOf(page);
  await page.getByLabel('Code', { exact: true }).fill(app());
  await page.getByRole('button', { name: 'Use this app' }).click();
  await expect(page.locator('ul.codes li')).toHaveCount(10);
  await expect(page.getByText('An authenticator app is set up')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Use this app' })).toHaveCount(0);

  const [holder] = holders;
  const context = await holder?.browser.newContext();
  if (context === undefined) throw new Error('no browser');
  const theirs = await byCertificate(context);
  await expect(theirs).toHaveURL(`${portal.url}/sign-in/second`);
  expect(await sessionsOf(context)).toEqual([]);
  await theirs.getByLabel('Code', { exact: true }).fill(app(1));
  await theirs.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(theirs).toHaveURL(`${portal.url}/admin`);
  await context.close();
});

test('a certificate whose name nobody has here signs nobody in, and says so', async () => {
  const { browser } = await holderOf(await issue(portal, await portal.token('approver'), 'nobodyhere'));
  const context = await browser.newContext();
  const page = await byCertificate(context);
  await expect(page).toHaveURL(/\/sign-in\?problem=auth\.not-admitted/);
  await expect(page.locator('.callout.is-bad')).toContainText('You may not sign in here');
  expect(await sessionsOf(context)).toEqual([]);
  await context.close();
});

test('without a certificate the way ends at the page that explains', async () => {
  const page = await byCertificate(await administrator.newContext());
  await expect(page).toHaveURL(`${portal.gateUrl}/status/cert-check`);
  await expect(page.locator('body')).toContainText(/no certificate/i);
});

test('a revoked certificate signs nobody in any more, from the next click on', async () => {
  const revoked = await portal.hubgate(['certs', 'revoke', own.serial, '--reason', 'keyCompromise']);
  expect(revoked, revoked.stderr).toMatchObject({ code: 0 });
  const context = await holders[0]?.browser.newContext();
  if (context === undefined) throw new Error('no browser');
  const page = await byCertificate(context);
  await expect(page).toHaveURL(`${portal.gateUrl}/status/cert-check`);
  await expect(page.locator('body')).toContainText(/revoked/i);
  expect(await sessionsOf(context)).toEqual([]);
  await context.close();
});
