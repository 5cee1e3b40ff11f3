import { expect, test, type Browser, type Page } from '@playwright/test';

import { signInByPassword } from './support/administrator';
import { openPasskeyDesk, type PasskeyDesk } from './support/passkey-desk';
import type { Portal } from './support/portal';
import { addVirtualAuthenticator, registerPasskey } from './support/virtual-authenticator';

// Signing in with a password and the touch of a passkey.

test.describe.configure({ mode: 'serial' });

let desk: PasskeyDesk | undefined;
let portal: Portal;
let browser: Browser;
let page: Page;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  desk = await openPasskeyDesk();
  ({ portal, browser, page } = desk);
});
test.afterAll(() => desk?.close());

const password = (on: Page) => signInByPassword(on, portal.url);

async function signOut(): Promise<void> {
  await page.goto(`${portal.url}/account`);
  await page.getByRole('button', { name: 'Sign out', exact: true }).last().click();
  await page.waitForURL((url) => url.pathname !== '/account');
}

test('a passkey of the account page is asked for at the next sign-in, and one touch signs in', async () => {
  await registerPasskey(page, portal.url, 'blue key');
  await page.goto(`${portal.url}/account`);
  await expect(page.getByText('Your passkey is asked for at sign-in')).toBeVisible();
  await signOut();
  await password(page);
  await expect(page).toHaveURL(/\/sign-in\/second$/);
  await expect(page.getByLabel('Code', { exact: true })).toHaveCount(0);
  // The password alone opens nothing.
  const other = await page.context().newPage();
  await other.goto(`${portal.url}/admin`);
  await expect(other).toHaveURL(/\/sign-in\?next=/);
  await other.close();

  await page.getByRole('button', { name: 'Use your passkey' }).click();
  await expect(page).toHaveURL(`${portal.url}/admin`);
  await page.goto(`${portal.url}/account`);
  await expect(page.getByRole('table').first()).toContainText('with a second factor');
});

test('without JavaScript the page says what a passkey needs, and does not let by', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const plain = await context.newPage();
  await password(plain);
  await expect(plain).toHaveURL(/\/sign-in\/second$/);
  expect(await plain.content()).toContain('Allow scripts for this page to sign in with it');
  await expect(plain.getByRole('button', { name: 'Use your passkey' })).toBeHidden();
  await context.close();
});

test('a browser without that passkey stays outside', async () => {
  const context = await browser.newContext();
  const stranger = await context.newPage();
  await addVirtualAuthenticator(stranger);
  await password(stranger);
  await stranger.getByRole('button', { name: 'Use your passkey' }).click();
  await expect(stranger.locator('.callout.is-bad')).toBeVisible();
  await expect(stranger).toHaveURL(/\/sign-in\/second$/);
  await context.close();
});

test('a session alone changes no factor: one that is there is shown again first', async () => {
  await page.goto(`${portal.url}/account`);
  await expect(page.getByRole('button', { name: 'Remove the passkey blue key' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Add a passkey' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Set up an authenticator app' })).toHaveCount(0);
  // A copy of the cookie in a browser without the key gets no further than the question.
  const thief = await browser.newContext({ storageState: await page.context().storageState() });
  const stolen = await thief.newPage();
  await stolen.goto(`${portal.url}/account`);
  await stolen.getByRole('link', { name: 'Confirm that it is you' }).click();
  await addVirtualAuthenticator(stolen);
  await stolen.getByRole('button', { name: 'Use your passkey' }).click();
  await expect(stolen.locator('.callout.is-bad')).toBeVisible();
  await stolen.goto(`${portal.url}/account`);
  await expect(stolen.getByRole('button', { name: 'Add a passkey' })).toHaveCount(0);
  await thief.close();

  await page.getByRole('link', { name: 'Confirm that it is you' }).click();
  await page.getByRole('button', { name: 'Use your passkey' }).click();
  await expect(page).toHaveURL(`${portal.url}/account#second`);
  await expect(page.getByRole('button', { name: 'Add a passkey' })).toBeVisible();
});

test('then the only passkey is removed, and the password is enough again', async () => {
  await page.getByRole('button', { name: 'Remove the passkey blue key' }).click();
  await expect(page).toHaveURL(/done=passkey-removed/);
  await expect(page.getByText('You have no passkey.')).toBeVisible();
  await signOut();
  await password(page);
  await expect(page).toHaveURL(`${portal.url}/admin`);
});
