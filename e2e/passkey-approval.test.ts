import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test, type Browser, type Page } from '@playwright/test';

import { opensslCsr } from './support/csr';
import { bearer, curl, jsonBody } from './support/curl';
import { submit } from './support/issue';
import { openPasskeyDesk, type PasskeyDesk } from './support/passkey-desk';
import type { Portal } from './support/portal';
import { registerPasskey } from './support/virtual-authenticator';

// An approver with a security key: registered on the web, accepted on the signer's host, touched once
// for three requests; and what is approved without it is not signed.

test.describe('approvals by passkey', () => {
  test.describe.configure({ mode: 'serial' });

  let desk: PasskeyDesk | undefined;
  let portal: Portal;
  let browser: Browser;
  let page: Page;
  let fingerprint: string;

  const ask = async (name: string): Promise<string> => {
    const made = await opensslCsr(portal.dir, name);
    return (await submit(portal, made, `${name}@example.org`)).id;
  };
  const stateOf = async (id: string): Promise<unknown> =>
    (await portal.hubgateJson(['requests', 'show', id]))['state'];

  test.beforeAll(async () => {
    test.setTimeout(180_000);
    desk = await openPasskeyDesk('[signing]\nauto = false\n[approval]\nrequire = "passkey"');
    ({ portal, browser, page } = desk);
  });
  test.afterAll(() => desk?.close());

  test('while nobody has a passkey, the checklist and the doctor say so', async () => {
    await page.goto(`${portal.url}/admin/first-steps`);
    await expect(page.locator('body')).toContainText('0 of 1 people who must approve have a passkey');
    const { stdout } = await portal.hubgate(['doctor']);
    expect(stdout).toMatch(/BAD +approvers +0 of 1/);
  });

  test('a passkey is registered, and counts only once an operator has accepted it', async () => {
    fingerprint = await registerPasskey(page, portal.url, 'blue key');
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
    const listed = await portal.hubgateJson(['approvers', 'list']);
    expect(listed).toMatchObject({ persons: [], proposals: [{ name: 'paula', fingerprint }] });

    const id = await ask('early');
    await page.goto(`${portal.url}/admin/requests/${id}`);
    await page.getByRole('button', { name: /^Approve early/ }).click();
    await expect(page.locator('#main').getByRole('alert')).toContainText(
      'No operator has accepted your passkey',
    );
    expect(await stateOf(id)).toBe('SUBMITTED');

    const groups = fingerprint.match(/.{4}/g) ?? [];
    const wrong = await portal.hubgate(['approvers', 'accept', ...groups.slice(1), 'ffff']);
    expect(wrong.code).not.toBe(0);
    expect(await portal.hubgateJson(['approvers', 'accept', ...groups])).toMatchObject({ person: 'paula' });
    await page.goto(`${portal.url}/account`);
    await expect(page.getByRole('row', { name: /blue key/ })).toContainText('counts since');
    await page.goto(`${portal.url}/admin/first-steps`);
    await expect(page.locator('body')).toContainText('One person has a passkey that the signer takes');
  });

  test('three requests are approved with one touch, and signed', async () => {
    const ids = [await ask('ann'), await ask('ben'), await ask('cleo')];
    await page.goto(`${portal.url}/admin`);
    for (const name of ['ann', 'ben', 'cleo']) {
      await page.getByRole('checkbox', { name: new RegExp(`\\b${name}\\b`) }).check();
    }
    await page.getByRole('button', { name: 'Approve 3', exact: false }).click();
    await expect(page.getByRole('heading', { level: 1 })).toContainText('Approve 3 requests with one touch');
    let touches = 0;
    await page.exposeFunction('countTouch', () => (touches += 1));
    await page.evaluate(() => {
      const get = navigator.credentials.get.bind(navigator.credentials);
      navigator.credentials.get = (options) => {
        void (window as unknown as { countTouch: () => void }).countTouch();
        return get(options);
      };
    });
    await page.getByRole('button', { name: 'Approve 3 requests with my passkey' }).click();
    await page.waitForURL(/done=approved&n=3/);
    expect(touches).toBe(1);
    expect(await portal.hubgateJson(['sign', '--all'])).toMatchObject({ issued: 3, failed: 0 });
    for (const id of ids) expect(await stateOf(id)).toBe('ISSUED');
  });

  test('one request on its own page takes one touch', async () => {
    const id = await ask('dora');
    await page.goto(`${portal.url}/admin/requests/${id}`);
    await page
      .getByLabel(/belongs to|is theirs|vouch/i)
      .first()
      .check();
    await page.getByRole('button', { name: /^Approve dora/ }).click();
    await page.waitForURL(/done=approved&n=1/);
    expect(await portal.hubgateJson(['sign', '--all'])).toMatchObject({ issued: 1, failed: 0 });
    const shown = await portal.hubgateJson(['requests', 'show', id]);
    expect(shown).toMatchObject({ state: 'ISSUED', emailState: 'vouched' });
  });

  test('no token, no command and no page without scripts approves', async () => {
    const id = await ask('eve');
    const token = await portal.token('approver');
    const byToken = await curl(
      portal,
      `/api/v1/admin/requests/${id}/approve`,
      ...bearer(token),
      ...jsonBody({}),
    );
    expect(byToken.status).toBe(403);
    expect(byToken.json()).toMatchObject({ code: 'approval.passkey-required' });
    const byCommand = await portal.hubgate(['requests', 'approve', id]);
    expect(byCommand.code).not.toBe(0);
    expect(byCommand.stderr).toContain('touch of a passkey');

    const plain = await browser.newContext({
      javaScriptEnabled: false,
      storageState: await page.context().storageState(),
    });
    const still = await plain.newPage();
    await still.goto(`${portal.url}/admin/requests/${id}`);
    expect(await still.content()).toContain('Allow scripts for this page to approve');
    await still.getByRole('button', { name: /^Approve eve/ }).click();
    await expect(still.locator('#main').getByRole('alert')).toContainText('An approval needs your passkey');
    await still.goto(`${portal.url}/admin/approve?all=clean`);
    expect(await still.content()).toContain('Allow scripts for this page to approve');
    await plain.close();
    expect(await stateOf(id)).toBe('SUBMITTED');
  });

  test('a portal that asks for no touch any more gets nothing signed', async () => {
    const id = await ask('fay');
    const toml = join(portal.dir, 'hubgate.toml');
    await writeFile(
      toml,
      (await readFile(toml, 'utf8')).replace('require = "passkey"', 'require = "session"'),
    );
    await portal.kill();
    await portal.start();
    await portal.hubgateJson(['requests', 'approve', id]);
    const signed = await portal.hubgate(['sign', '--all', '--json']);
    expect(signed.code).toBe(1);
    expect(JSON.parse(signed.stdout)).toMatchObject({
      issued: 0,
      results: [{ id, state: 'SUBMITTED', code: 'signer.approval' }],
    });
    expect((await portal.hubgate(['doctor'])).stdout).toMatch(
      /BAD +approvers +the signer takes approvals by passkey only/,
    );
    await page.goto(`${portal.url}/admin/requests/${id}`);
    await expect(page.locator('#main')).toContainText('the signer does not take this approval');
  });

  test('a passkey that an operator removed counts no more', async () => {
    expect(await portal.hubgateJson(['approvers', 'remove', 'paula'])).toMatchObject({
      passkeys: [{ name: 'paula', fingerprint }],
    });
    await page.goto(`${portal.url}/account`);
    await expect(page.getByRole('row', { name: /blue key/ })).toContainText('not proposed');
    await page.getByRole('button', { name: 'Ask for acceptance' }).click();
    await expect(page.getByRole('row', { name: /blue key/ })).toContainText('waits for an operator');
  });
});
