import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test, type Browser, type BrowserContext, type Page } from '@playwright/test';

import { startTestDirectory, type TestDirectory } from '../lib/testing/slapd';
import { testBrowser } from './support/chromium';
import { opensslCsr } from './support/csr';
import { submit } from './support/issue';
import { CLIENT_SECRET, startIdentityProvider, type IdentityProvider } from './support/identity-provider';
import { startPortal, type Portal } from './support/portal';
import { appOf } from './support/totp';

// Sign-in by a real OpenID provider: groups become roles, approvers are led to the stronger way.

test.describe.configure({ mode: 'serial' });

let dir: string;
let university: IdentityProvider;
let directory: TestDirectory;
let portal: Portal;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let requestId: string;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  dir = await mkdtemp(join(tmpdir(), 'hubgate-oidc-'));
  await chmod(dir, 0o755);
  await writeFile(join(dir, 'secret'), `${CLIENT_SECRET}\n`, { mode: 0o644 });
  university = await startIdentityProvider({
    erna: { groups: ['staff', 'pki-approvers'] },
    carl: { groups: 'pki-operators' },
    rita: {},
    // The university's name of somebody whom the centre's directory knows as bob.
    bob: { groups: [] },
  });
  directory = await startTestDirectory();
  const { ldap } = directory.accounts() as { ldap: Record<string, string> };
  const lines = Object.entries(ldap).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  portal = await startPortal({
    front: 'embedded',
    toml: `
[signing]
auto = false
[requests]
accountFrom = "ldap"
accountBy = "uid"
[accounts]
source = "ldap"
[accounts.ldap]
${lines.join('\n')}
[signIn]
secondFactor = "approvers"
[[signIn.oidc]]
id = "op"
label = "The University"
issuer = "${university.issuer}"
clientId = "hubgate"
clientSecretFile = "${join(dir, 'secret')}"
scopes = "openid profile email groups"
approverAcr = ["gold"]
[signIn.oidc.roles]
approver = ["pki-approvers"]
operator = ["pki-operators"]
`,
  });
  university.serve(portal.url);
  const chromium = await testBrowser(portal.dir);
  await chromium.trustRoot(join(portal.caDir, 'root-ca.pem'));
  browser = await chromium.launch();
  ({ context, page } = await fresh());
  const made = await opensslCsr(portal.dir, 'alice');
  requestId = (await submit(portal, made, 'alice@example.org')).id;
});
test.afterAll(async () => {
  await browser?.close();
  await portal?.stop();
  await university?.stop();
  await directory?.remove();
  await rm(dir, { recursive: true, force: true });
});

async function fresh(javaScriptEnabled = true): Promise<{ context: BrowserContext; page: Page }> {
  const made = await browser.newContext({ javaScriptEnabled });
  return { context: made, page: await made.newPage() };
}

async function atUniversity(
  on: Page,
  account: string,
  way: 'Password' | 'Password and token',
): Promise<void> {
  await expect(on).toHaveTitle('The University');
  await on.getByLabel('Account').fill(account);
  await on.getByRole('button', { name: way, exact: true }).click();
}

test('an approver comes by the university with the roles of her groups, and sets the portal’s factor up', async () => {
  await page.goto(`${portal.url}/admin/requests/${requestId}`);
  await page.getByRole('link', { name: 'Sign in with The University' }).click();
  await atUniversity(page, 'erna', 'Password');
  await expect(page.getByRole('heading', { name: 'Set up a second factor' })).toBeVisible();
  const app = await appOf(page);
  await page.getByLabel('Code', { exact: true }).fill(app());
  await page.getByRole('button', { name: 'Use this app' }).click();
  await page.getByRole('link', { name: 'I have kept them: go on' }).click();
  await expect(page).toHaveURL(`${portal.url}/admin/requests/${requestId}`);
  await expect(page.getByRole('link', { name: 'erna@op' })).toBeVisible();
});

test('she may look; to decide she is led to the stronger way of the university first', async () => {
  await page.getByRole('radio', { name: /^Approve/ }).check();
  await page.getByRole('button', { name: /^Approve/ }).click();
  await expect(page.locator('.callout.is-bad')).toContainText('Confirm first who you are');
  await page.getByRole('link', { name: 'Confirm at The University' }).click();
  await atUniversity(page, 'erna', 'Password and token');
  // That counts as two factors: the portal asks for no code of its own.
  await expect(page).toHaveURL(`${portal.url}/admin`);
  await page.goto(`${portal.url}/admin/requests/${requestId}`);
  await page.getByRole('radio', { name: /^Approve/ }).check();
  await page.getByRole('button', { name: /^Approve/ }).click();
  await expect(page.getByText('1 request approved.').first()).toBeVisible();
  await page.goto(`${portal.url}/account`);
  await expect(page.getByText('You may act as: Approver.')).toBeVisible();
  const cookies = await context.cookies(portal.url);
  expect(cookies.filter(({ name }) => name.includes('oidc'))).toEqual([]);
});

test('a group claim that is one text is one group; no claim is no role, also without JavaScript', async () => {
  const { context: operator, page: hers } = await fresh(false);
  await hers.goto(`${portal.url}/auth/oidc/op`);
  await atUniversity(hers, 'carl', 'Password and token');
  await hers.goto(`${portal.url}/account`);
  await expect(hers.getByText('You may act as: Operator.')).toBeVisible();
  await operator.close();
  const { context: other, page: plain } = await fresh(false);
  await plain.goto(`${portal.url}/sign-in`);
  await plain.getByRole('link', { name: 'Sign in with The University' }).click();
  await atUniversity(plain, 'rita', 'Password');
  await expect(plain).toHaveURL(`${portal.url}/account`);
  await expect(plain.getByText('You have no role in the administration')).toBeVisible();
  expect((await plain.goto(`${portal.url}/admin`))?.status()).toBe(403);
  await expect(plain.getByText('who has no role in the administration')).toBeVisible();
  await other.close();
});

test('whoever is signed in asks for the account that the directory has for them, and sees it from any browser', async () => {
  const made = await opensslCsr(portal.dir, 'mallory');
  const { context: first, page: own } = await fresh(false);
  await own.goto(`${portal.url}/auth/oidc/op?next=/certs/new?way=paste`);
  await atUniversity(own, 'bob', 'Password');
  await own.goto(`${portal.url}/certs/new?way=paste`);
  const name = own.getByLabel('Account name');
  await expect(name).toHaveValue('bob');
  await expect(name).not.toBeEditable();
  await own.getByLabel('Certificate signing request').fill(await readFile(made.csrFile, 'utf8'));
  // Between the page and the button the directory falls silent: said, and nothing is lost.
  await directory.stop();
  await own.getByRole('button', { name: 'See what will be issued' }).click();
  await expect(own.getByText('The directory of accounts does not answer').first()).toBeVisible();
  await expect(own.getByLabel('Certificate signing request')).toHaveValue(/BEGIN CERTIFICATE REQUEST/);
  await directory.start();
  await own.getByRole('button', { name: 'See what will be issued' }).click();
  await own.getByRole('button', { name: /^Send/ }).click();
  await expect(own.getByText(/R-[0-9A-Z]{8}/).first()).toBeVisible();
  await first.close();

  const { context: second, page: elsewhere } = await fresh(false);
  await elsewhere.goto(`${portal.url}/auth/oidc/op?next=/certs`);
  await atUniversity(elsewhere, 'bob', 'Password');
  await elsewhere.goto(`${portal.url}/certs`);
  const row = elsewhere.getByRole('row', { name: /bob/ });
  await expect(row).toContainText('Waiting');
  await row.getByRole('link', { name: /^R-/ }).click();
  await elsewhere
    .getByRole('button', { name: /^Withdraw/ })
    .first()
    .click();
  await expect(elsewhere.locator('main')).toContainText(/withdrawn/i);
  await second.close();
});

test('a provider that is down says so, and the other ways stay', async () => {
  await university.down();
  const { context: other, page: plain } = await fresh();
  await plain.goto(`${portal.url}/sign-in`);
  await plain.getByRole('link', { name: 'Sign in with The University' }).click();
  await expect(plain.locator('.callout.is-bad')).toContainText(
    'The University: The sign-in service does not answer',
  );
  await expect(plain.getByLabel('Password')).toBeVisible();
  await other.close();
  await university.up();
});
