import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test, type Browser, type Page } from '@playwright/test';

import { startTestDirectory, type TestDirectory } from '../lib/testing/slapd';
import { becomeAdministrator } from './support/administrator';
import { testBrowser } from './support/chromium';
import { opensslCsr } from './support/csr';
import { bearer, curl, jsonBody } from './support/curl';
import { submit } from './support/issue';
import { startPortal, type Portal } from './support/portal';

// A real LDAP server behind the queue, and the audit trail from what happened to what an auditor reads.

let directory: TestDirectory;
let portal: Portal;
let browser: Browser;
let page: Page;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  directory = await startTestDirectory();
  const { ldap } = directory.accounts() as { ldap: Record<string, string> };
  const lines = Object.entries(ldap).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  portal = await startPortal({
    front: 'embedded',
    toml: `[signing]\nauto = false\n[accounts]\nsource = "ldap"\n[accounts.ldap]\n${lines.join('\n')}\n`,
  });
  const chromium = await testBrowser(portal.dir);
  await chromium.trustRoot(join(portal.caDir, 'root-ca.pem'));
  browser = await chromium.launch();
  const context = await browser.newContext({ acceptDownloads: true });
  page = await context.newPage();
  await becomeAdministrator(page, portal.firstAdminLink());
});
test.afterAll(async () => {
  await browser?.close();
  await portal?.stop();
  await directory?.remove();
});

async function ask(account: string): Promise<{ id: string; pickupSecret: string }> {
  return submit(portal, await opensslCsr(portal.dir, account), `${account}@example.org`);
}
const row = (id: string) => page.locator(`[data-request="${id}"]`);

test('who decides sees what the directory says of each account', async () => {
  const [alice, expired, carol] = [await ask('alice'), await ask('expired'), await ask('carol')];
  await page.goto(`${portal.url}/admin`);
  await expect(row(alice.id)).toContainText('exists');
  await expect(row(expired.id)).toContainText('ended');
  await expect(row(carol.id)).toContainText('no such account');
  await page.goto(`${portal.url}/admin/requests/${alice.id}`);
  await expect(page.locator('dd', { hasText: 'exists: Alice Ärmel' })).toBeVisible();
  await expect(page.getByText('Groups: astro, lab', { exact: true })).toBeVisible();
  await expect(page.getByText('Nothing shows that it is theirs.')).toBeVisible();

  // The same rule by the API: an account that has ended gets no certificate.
  const token = await portal.token('approver');
  const answer = await curl(
    portal,
    `/api/v1/admin/requests/${expired.id}/approve`,
    ...bearer(token),
    ...jsonBody({}),
  );
  expect(answer.status).toBe(409);
  expect(answer.json()).toMatchObject({ code: 'request.account-ended' });
  expect(await portal.hubgate(['requests', 'approve', expired.id])).toMatchObject({ code: 1 });
});

test('a silent directory loses nothing, and says so to both', async () => {
  await directory.stop();
  let bob: { id: string; pickupSecret: string };
  try {
    bob = await ask('bob');
    await page.goto(`${portal.url}/admin/requests/${bob.id}`);
    await expect(page.getByText('The directory did not answer').first()).toBeVisible();
    const context = await browser.newContext({ javaScriptEnabled: false });
    const own = await context.newPage();
    await own.goto(`${portal.url}/certs/requests/${bob.id}`);
    await own.getByLabel('Pick-up secret').fill(bob.pickupSecret);
    await own.getByRole('button', { name: 'Open' }).click();
    await expect(own.getByText('directory does not answer right now')).toBeVisible();
    await context.close();
  } finally {
    await directory.start();
  }
  // The job asks again.
  await expect(async () => {
    await page.goto(`${portal.url}/admin`);
    await expect(row(bob.id)).toContainText('exists', { timeout: 1000 });
  }).toPass({ timeout: 60_000 });
});

test('an auditor filters, reads a whole story and takes it away, without JavaScript', async () => {
  const alice = await ask('alice');
  expect(await portal.hubgate(['requests', 'approve', alice.id])).toMatchObject({ code: 0 });
  expect(await portal.hubgate(['sign', '--all'])).toMatchObject({ code: 0 });
  const context = await browser.newContext({
    javaScriptEnabled: false,
    acceptDownloads: true,
    storageState: await page.context().storageState(),
  });
  const plain = await context.newPage();
  await plain.goto(`${portal.url}/admin/audit`);
  // Signing has had everything sealed that was written before.
  await expect(plain.getByText(/Sealed by the signer up to event \d+/)).toBeVisible();
  await plain.getByLabel('Whole story of').fill(alice.id);
  await plain.getByRole('button', { name: 'Show', exact: true }).click();
  const table = plain.getByRole('table');
  for (const action of ['request.submit', 'request.approve', 'request.issue']) {
    await expect(table.getByText(action, { exact: true })).toBeVisible();
  }
  await expect(table.getByText('person.sign-in')).toHaveCount(0);
  const [download] = await Promise.all([
    plain.waitForEvent('download'),
    plain.getByRole('link', { name: 'CSV' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^audit-\d{4}-\d\d-\d\d\.csv$/);
  const csv = await readFile(await download.path(), 'utf8');
  expect(csv.split('\r\n')[0]).toBe('seq,at,actor,action,target,outcome,data,requestId,prevHash,hash');
  expect(csv).toContain('request.issue');
  await plain.goto(`${portal.url}/admin/audit?action=audit.export`);
  await expect(plain.getByRole('table').getByText('audit.export', { exact: true })).toBeVisible();
  await context.close();
});

test('what happened elsewhere is written down, and the chain is verified against its seals', async () => {
  const { stdout } = await portal.hubgate(['audit', 'export']);
  const actions = stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { action: string }).action);
  expect(actions).toEqual(expect.arrayContaining(['portal.configure', 'signer.unlock', 'request.issue']));
  const verdict = await portal.hubgateJson(['audit', 'verify', '--json']);
  expect(verdict).toMatchObject({ ok: true, seals: { keyIds: [expect.any(String)] } });
  const { keyIds } = verdict['seals'] as { keyIds: string[] };
  expect(await portal.hubgate(['audit', 'verify', '--key', keyIds[0] ?? ''])).toMatchObject({ code: 0 });
  expect(await portal.hubgate(['audit', 'verify', '--key', 'ab'.repeat(32)])).toMatchObject({ code: 1 });
});

test('a guest passes a link to somebody of the centre, who vouches, without JavaScript', async () => {
  const guest = await ask('greta');
  const address = `${portal.url}/sponsor/${guest.id}`;
  const context = await browser.newContext({ javaScriptEnabled: false });
  const own = await context.newPage();
  // A stranger with the link learns nothing: they are asked who they are.
  await own.goto(address);
  await expect(own).toHaveURL(/\/sign-in\?next=/);
  await own.goto(`${portal.url}/certs/requests/${guest.id}`);
  await own.getByLabel('Pick-up secret').fill(guest.pickupSecret);
  await own.getByRole('button', { name: 'Open' }).click();
  await own.getByText('Are you a guest?').click();
  await expect(own.getByText(address)).toBeVisible();

  const staff = await browser.newContext({
    javaScriptEnabled: false,
    storageState: await page.context().storageState(),
  });
  const sponsor = await staff.newPage();
  await sponsor.goto(address);
  await sponsor.getByLabel('How do you know them?').fill('Guest of my group until May');
  await sponsor.getByRole('button', { name: 'Vouch for greta' }).click();
  await expect(sponsor.getByText('You vouch for this person.')).toBeVisible();
  await page.goto(`${portal.url}/admin/requests/${guest.id}`);
  await expect(page.getByText('“Guest of my group until May”').first()).toBeVisible();
  await own.reload();
  await expect(own.getByText('vouches for you. The approver sees it.')).toBeVisible();
  await sponsor.getByRole('button', { name: 'Take it back' }).click();
  await expect(sponsor.getByRole('button', { name: 'Vouch for greta' })).toBeVisible();
  await Promise.all([context.close(), staff.close()]);
});
