import { join } from 'node:path';

import { expect, test, type Browser, type BrowserContext, type Page } from '@playwright/test';

import { ADMIN, signInByPassword } from './support/administrator';
import { testBrowser } from './support/chromium';
import { startPortal, type Portal } from './support/portal';
import { appOf } from './support/totp';

// Signing in with a password and a second factor, as outside an evaluation, with and without JavaScript.

test.describe.configure({ mode: 'serial' });

let portal: Portal;
let browser: Browser;
let page: Page;
let app: Awaited<ReturnType<typeof appOf>>;
let codes: string[];
let spent: string;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  portal = await startPortal({ front: 'embedded', toml: '[signIn]\nsecondFactor = "approvers"' });
  const chromium = await testBrowser(portal.dir);
  await chromium.trustRoot(join(portal.caDir, 'root-ca.pem'));
  browser = await chromium.launch();
  page = await (await browser.newContext()).newPage();
});
test.afterAll(async () => {
  await browser?.close();
  await portal?.stop();
});

const password = (on: Page, next = '') => signInByPassword(on, portal.url, next);

async function secondFactor(on: Page, code: string): Promise<void> {
  await on.getByLabel('Code', { exact: true }).fill(code);
  await on.getByRole('button', { name: 'Sign in', exact: true }).click();
}

const withoutScript = (): Promise<BrowserContext> => browser.newContext({ javaScriptEnabled: false });

test('the first administrator sets a second factor up before anything else', async () => {
  await page.goto(portal.firstAdminLink());
  await page.getByLabel('Login', { exact: true }).fill(ADMIN.login);
  await page.getByLabel('Your name').fill(ADMIN.name);
  await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
  await page.getByRole('button', { name: 'Become administrator' }).click();
  await expect(page.getByRole('heading', { name: 'Set up a second factor' })).toBeVisible();
  await expect(page.getByRole('img', { name: /QR code/ })).toBeVisible();
  // The half sign-in opens nothing else.
  const other = await page.context().newPage();
  await other.goto(`${portal.url}/admin`);
  await expect(other).toHaveURL(/\/sign-in\?next=/);
  await other.close();

  app = await appOf(page);
  await page.getByLabel('Code', { exact: true }).fill('000000');
  await page.getByRole('button', { name: 'Use this app' }).click();
  await expect(page.locator('.callout.is-bad')).toContainText('The code is wrong');
  await page.getByLabel('Code', { exact: true }).fill(app());
  await page.getByRole('button', { name: 'Use this app' }).click();
  await expect(page.getByRole('heading', { name: 'You are signed in' })).toBeVisible();
  codes = await page.locator('ul.codes li').allInnerTexts();
  expect(codes).toHaveLength(10);
  await page.getByRole('link', { name: 'I have kept them: go on' }).click();
  await expect(page).toHaveURL(/\/admin$/);
});

test('without JavaScript: the password alone opens nothing, the code does, and no address leads away', async () => {
  const context = await withoutScript();
  const plain = await context.newPage();
  await password(plain, `?next=${encodeURIComponent('//evil.example/x')}`);
  await expect(plain).toHaveURL(/\/sign-in\/second$/);
  const names = (await context.cookies(portal.url)).map(({ name }) => name.split('.')[0]);
  expect(names).toContain('__Host-hubgate-half');
  expect(names).not.toContain('__Host-hubgate-session');
  await secondFactor(plain, '123 456');
  await expect(plain.locator('.callout.is-bad')).toContainText('The code is wrong');
  spent = app(1);
  await secondFactor(plain, spent);
  await expect(plain).toHaveURL(`${portal.url}/admin`);
  const cookies = await context.cookies(portal.url);
  expect(cookies.filter(({ name }) => name.startsWith('__Host-hubgate-half'))).toEqual([]);
  for (const cookie of cookies.filter(({ name }) => /session|device/.test(name))) {
    expect(cookie).toMatchObject({ secure: true, httpOnly: true, sameSite: 'Lax', domain: 'localhost' });
  }
  await context.close();
});

test('a code that was used is refused, a recovery code works once, also without JavaScript', async () => {
  const context = await withoutScript();
  const plain = await context.newPage();
  await password(plain);
  await secondFactor(plain, spent);
  await expect(plain.locator('.callout.is-bad')).toContainText('The code is wrong');
  await secondFactor(plain, (codes[0] ?? '').toLowerCase());
  await expect(plain).toHaveURL(/\/admin$/);
  await context.clearCookies({ name: /^__Host-hubgate-session/ });
  await password(plain);
  await secondFactor(plain, codes[0] ?? '');
  await expect(plain.locator('.callout.is-bad')).toContainText('The code is wrong');
  await context.close();
});

test('people see where they are signed in, and sign out there', async () => {
  const context = await withoutScript();
  const elsewhere = await context.newPage();
  await password(elsewhere, `?next=${encodeURIComponent('/account')}`);
  await secondFactor(elsewhere, codes[1] ?? '');
  await expect(elsewhere).toHaveURL(`${portal.url}/account`);
  await expect(elsewhere.getByText('8 recovery codes are left.')).toBeVisible();

  await page.goto(`${portal.url}/account`);
  const rows = page.getByRole('table').getByRole('row');
  await expect(rows).toHaveCount(5);
  await page.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await expect(rows).toHaveCount(2);
  await elsewhere.goto(`${portal.url}/admin`);
  await expect(elsewhere).toHaveURL(/\/sign-in\?next=/);
  await page.goto(`${portal.url}/admin`);
  await expect(page).toHaveURL(`${portal.url}/admin`);
  await context.close();
});

test('factors change once one is shown again, also without JavaScript', async () => {
  // The session of before, as it is or as a copy: it tells, and changes nothing.
  const storageState = await page.context().storageState();
  const context = await browser.newContext({ javaScriptEnabled: false, storageState });
  const plain = await context.newPage();
  await plain.goto(`${portal.url}/account`);
  await expect(plain.getByText('An authenticator app is set up')).toBeVisible();
  await expect(plain.getByRole('button', { name: 'Make new recovery codes' })).toHaveCount(0);
  await plain.getByRole('link', { name: 'Confirm that it is you' }).click();
  await plain.getByLabel('Code', { exact: true }).fill(codes[2] ?? '');
  await plain.getByRole('button', { name: 'Confirm', exact: true }).click();
  await expect(plain).toHaveURL(`${portal.url}/account#second`);
  await plain.getByRole('button', { name: 'Make new recovery codes' }).click();
  await expect(plain.locator('ul.codes li')).toHaveCount(10);
  const fresh = await plain.locator('ul.codes li').allInnerTexts();
  expect(fresh).not.toContain(codes[4]);
  await context.close();
});

test('the last administrator cannot be demoted, from the page or the host', async () => {
  await page.goto(`${portal.url}/admin/people`);
  await page.getByText('Change', { exact: true }).click();
  await page
    .getByRole('group', { name: /^Roles of/ })
    .getByLabel('Administrator')
    .uncheck();
  await page.getByRole('button', { name: 'Save roles' }).click();
  await expect(page.locator('.callout.is-bad')).toContainText('Somebody must keep this role');
  const refused = await portal.hubgate(['admin', 'disable', ADMIN.login]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('is the last one with the role');
});

test('who lost everything gets in again by a link from the host, and sets a factor up anew', async () => {
  const { url } = (await portal.hubgateJson(['admin', 'reset', ADMIN.login])) as { url: string };
  const context = await browser.newContext();
  const fresh = await context.newPage();
  await fresh.goto(url);
  await fresh.getByLabel('Password', { exact: true }).fill('nine quiet harbours at dusk');
  await fresh.getByRole('button', { name: 'Set the new password' }).click();
  await expect(fresh.getByRole('heading', { name: 'Set up a second factor' })).toBeVisible();
  const newApp = await appOf(fresh);
  await fresh.getByLabel('Code', { exact: true }).fill(newApp());
  await fresh.getByRole('button', { name: 'Use this app' }).click();
  await expect(fresh.getByRole('heading', { name: 'You are signed in' })).toBeVisible();
  // The sessions of before have ended with the password.
  await page.goto(`${portal.url}/admin`);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await context.close();
});
