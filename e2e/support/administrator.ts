import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Page } from '@playwright/test';

import { testBrowser } from './chromium';
import type { Portal } from './portal';

export const ADMIN = { login: 'paula', name: 'Paula', password: 'correct horse battery staple' };

/** Follows the one-time link as a person does, in this browser. */
export async function becomeAdministrator(page: Page, link: string, who = ADMIN): Promise<void> {
  await page.goto(link);
  await page.getByLabel('Login', { exact: true }).fill(who.login);
  await page.getByLabel('Your name').fill(who.name);
  await page.getByLabel('Password', { exact: true }).fill(who.password);
  await page.getByRole('button', { name: 'Become administrator' }).click();
  await page.waitForURL(/\/admin/);
}

/** The first factor, on the portal's own form. */
export async function signInByPassword(page: Page, url: string, next = '', who = ADMIN): Promise<void> {
  await page.goto(`${url}/sign-in${next}`);
  await page.getByLabel('Login').fill(who.login);
  await page.getByLabel('Password').fill(who.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** For programs that measure: a session of the first administrator as a Cookie header. */
export async function signInAsFirstAdministrator(portal: Portal): Promise<{ cookie: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'hubgate-admin-'));
  const chromium = await testBrowser(dir);
  await chromium.trustRoot(join(portal.caDir, 'root-ca.pem'));
  const browser = await chromium.launch();
  try {
    const context = await browser.newContext();
    await becomeAdministrator(await context.newPage(), portal.firstAdminLink());
    const cookies = await context.cookies(portal.url);
    return { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; ') };
  } finally {
    await browser.close();
    await rm(dir, { recursive: true, force: true });
  }
}
