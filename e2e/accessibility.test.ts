import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test, type Browser, type Page } from '@playwright/test';
import type axeCore from 'axe-core';

import { ADMIN, becomeAdministrator } from './support/administrator';
import { testBrowser } from './support/chromium';
import { opensslCsr } from './support/csr';
import { bearer, curl, jsonBody } from './support/curl';
import { browserOf } from './support/holder-browser';
import { issue, submit } from './support/issue';
import { startPortal, type Portal } from './support/portal';

// Every page, narrow and wide, light and dark, by axe; the core jobs without JavaScript and by keyboard.

let portal: Portal;
let browser: Browser;
let session: Awaited<ReturnType<Awaited<ReturnType<Browser['newContext']>>['storageState']>>;
let pickUp: { id: string; pickupSecret: string };
let waiting: { id: string; pickupSecret: string };
let serial: string;
let held: string;
let events: { waiting: string; running: string };
let invitation: string;
let notice: string;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  portal = await startPortal({
    front: 'embedded',
    pki: 'serverNames = [".example.org"]',
    toml: '[signing]\nauto = false',
  });
  const chromium = await testBrowser(portal.dir);
  await chromium.trustRoot(join(portal.caDir, 'root-ca.pem'));
  browser = await chromium.launch();
  const token = await portal.token('approver', 'operator');
  const issued = await issue(portal, token, 'alice');
  pickUp = issued;
  serial = issued.serial;
  waiting = await submit(portal, await opensslCsr(portal.dir, 'bob'), 'bob@example.org');
  held = (await issue(portal, token, 'henry')).serial;
  await curl(
    portal,
    `/api/v1/admin/certificates/${held}/revoke`,
    ...bearer(token),
    ...jsonBody({ reason: 'certificateHold' }),
  );
  const plan = async (name: string) =>
    (
      (
        await curl(
          portal,
          '/api/v1/admin/events',
          ...bearer(token),
          ...jsonBody({
            name,
            startsAt: new Date(Date.now() - 60_000).toISOString(),
            endsAt: new Date(Date.now() + 86_400_000).toISOString(),
            hubs: ['astro'],
            list: 'name,email\nAlicia Núñez,alicia@example.org\nBob,\n',
          }),
        )
      ).json() as { id: string }
    ).id;
  events = { waiting: await plan('Winter school'), running: await plan('Summer school') };
  await portal.hubgate(['events', 'approve', events.running]);
  const { cards } = (await portal.hubgateJson(['events', 'cards', events.running])) as {
    cards: { link: string }[];
  };
  invitation = cards[0]?.link ?? '';
  // The administrator who looks has shown a certificate too, and so may renew and revoke it.
  const holder = await browserOf(portal, issued);
  const context = await holder.browser.newContext();
  const page = await context.newPage();
  await becomeAdministrator(page, portal.firstAdminLink());
  await page.goto(`${portal.url}/auth/certificate/start?next=/certs/renew`);
  await page.goto(invitation);
  await page.getByRole('button', { name: 'Open invitation' }).click();
  await page.waitForURL(/\/join\/certificate/);
  session = await context.storageState();
  notice = await announce(page);
  await holder.close();
});
test.afterAll(async () => {
  await browser?.close();
  await portal?.stop();
});

/** Announces one maintenance that goes on, and one that is to come. @returns the id of the latter */
async function announce(page: Page): Promise<string> {
  for (const [title, from, hubs] of [
    ['The storage is moved', '2020-01-01T09:00', ''],
    ['New kernel', '2099-01-01T09:00', 'astro, gone'],
  ] as const) {
    await page.goto(`${portal.url}/admin/notices`);
    await page.getByLabel('What', { exact: true }).fill(title);
    await page.getByLabel('From', { exact: true }).fill(from);
    await page.getByLabel(/^Hubs/).fill(hubs);
    await page.getByRole('button', { name: 'Announce maintenance' }).click();
    await expect(page.getByRole('status')).toContainText('Announced');
  }
  const link = await page.getByRole('link', { name: 'Change “New kernel”' }).getAttribute('href');
  return /edit=([^#]+)/.exec(link ?? '')?.[1] ?? '';
}

/** Every key of the catalogue, such as `home.title`: none may stand on a page. */
const MESSAGES = join(import.meta.dirname, '..', 'lib', 'i18n', 'messages', 'en.json');
const CATALOGUE_KEYS = new Set(keysOf(JSON.parse(readFileSync(MESSAGES, 'utf8')) as object, ''));

function keysOf(messages: object, prefix: string): string[] {
  return Object.entries(messages).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null ? keysOf(value, `${prefix}${key}.`) : [`${prefix}${key}`],
  );
}

const pages = (): [string, string][] => [
  ['/', portal.url],
  ['/ca', portal.url],
  ['/certs', portal.url],
  ['/certs/new', portal.url],
  ['/certs/new?way=paste', portal.url],
  ['/certs/new?way=upload', portal.url],
  ['/certs/new?for=server', portal.url],
  ['/certs/renew', portal.url],
  ['/certs/renew?way=upload', portal.url],
  ['/certs/revoke', portal.url],
  ['/certs/lost', portal.url],
  ['/certs/lost/open', portal.url],
  [`/certs/requests/${waiting.id}`, portal.url],
  [`/certs/requests/${waiting.id}#s=${waiting.pickupSecret}`, portal.url],
  [`/certs/requests/${pickUp.id}#s=${pickUp.pickupSecret}`, portal.url],
  ['/status', portal.url],
  ['/status/cert-check', portal.url],
  ['/hubs', portal.url],
  ['/hubs?q=nothing+like+it', portal.url],
  ['/hubs?view=kiosk', portal.url],
  ['/hubs/astro', portal.url],
  ['/hubs/gone', portal.url],
  ['/no-such-page', portal.url],
  ['/sign-in', portal.url],
  ['/admin', portal.url],
  ['/admin?state=ISSUED', portal.url],
  [`/admin/requests/${waiting.id}`, portal.url],
  ['/admin/approve?all=clean', portal.url],
  ['/admin/certificates', portal.url],
  ['/admin/certificates?ends=soon', portal.url],
  [`/admin/certificates/${serial}`, portal.url],
  [`/admin/certificates/${held}`, portal.url],
  ['/admin/certificates/bulk', portal.url],
  ['/admin/certificates/bulk?by=person&person=alice', portal.url],
  ['/admin/certificates/bulk?by=person&person=nobody', portal.url],
  ['/admin/signing', portal.url],
  ['/admin/events', portal.url],
  [`/admin/events/${events.waiting}`, portal.url],
  ['/events', portal.url],
  ['/events/new', portal.url],
  [`/events/${events.waiting}`, portal.url],
  [`/events/${events.running}`, portal.url],
  [`/events/${events.running}/cards`, portal.url],
  ['/join', portal.url],
  ['/join/certificate', portal.url],
  ['/join/certificate?way=paste', portal.url],
  ['/admin/hubs', portal.url],
  ['/admin/notices', portal.url],
  [`/admin/notices?edit=${notice}`, portal.url],
  ['/admin/people', portal.url],
  [`/sponsor/${waiting.id}`, portal.url],
  ['/admin/audit', portal.url],
  [`/admin/audit?about=${pickUp.id}`, portal.url],
  ['/admin/ca', portal.url],
  ['/admin/first-steps', portal.url],
  ['/account', portal.url],
  ['/status/cert-check', portal.gateUrl],
  ['/astro/', portal.gateUrl],
  ['/', portal.httpUrl],
  ['/ca', portal.httpUrl],
];

/** Words depend on the language and colours on the scheme: each rule meets each of both, not each pair. */
const LOOKS = {
  en: [
    { width: 320, colorScheme: 'light', rules: 'all' },
    { width: 320, colorScheme: 'dark', rules: 'colours' },
    { width: 1440, colorScheme: 'light', rules: 'colours' },
  ],
  es: [
    { width: 1440, colorScheme: 'dark', rules: 'all' },
    { width: 320, colorScheme: 'dark', rules: 'none' },
  ],
} as const;

for (const language of ['en', 'es'] as const) {
  for (const half of [0, 1]) {
    test(`every page in ${language}, narrow and wide, light and dark, ${half + 1} of 2`, async () => {
      test.setTimeout(600_000);
      const context = await browser.newContext({
        locale: language,
        storageState: session,
        reducedMotion: 'reduce', // half way between two colours no contrast is what it will be
      });
      const page = await context.newPage();
      const wrong: string[] = [];
      for (const [path, origin] of pages().filter((_, index) => index % 2 === half)) {
        const where = `${origin}${path.replace(/#.*/, '#…')}`;
        await page.goto('about:blank'); // a change of the fragment alone would load nothing
        await page.goto(`${origin}${path}`);
        await page.locator('h1').first().waitFor();
        if (path.includes('#s=')) {
          // The link opens the request, and its secret leaves the address bar.
          await expect(page).not.toHaveURL(/#s=/);
          await expect(page.locator('input[name=secret]')).toHaveCount(0);
          await page.waitForLoadState('networkidle');
        }
        for (const look of LOOKS[language]) {
          wrong.push(...(await wrongWithLook(page, look)).map((what) => `${where}: ${what}`));
        }
        wrong.push(...(await wrongWithText(page, language)).map((what) => `${where}: ${what}`));
      }
      await context.close();
      expect(wrong).toEqual([]);
    });
  }
}

type Look = (typeof LOOKS)[keyof typeof LOOKS][number];

async function wrongWithLook(page: Page, look: Look): Promise<string[]> {
  const { width, colorScheme, rules } = look;
  const name = `${width} px, ${colorScheme}`;
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme });
  const wrong = rules === 'none' ? [] : (await wrongByAxe(page, rules)).map((what) => `${name}: ${what}`);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  if (overflow > 0) wrong.push(`${name}: ${overflow} px wider than the window`);
  return wrong;
}

/** Put into each page once; the builder of @axe-core/playwright would send and parse it for every look. */
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function wrongByAxe(page: Page, rules: 'all' | 'colours'): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  return page.evaluate(async (colours) => {
    const { axe } = window as unknown as { axe: typeof axeCore };
    const { violations } = await axe.run(document, {
      resultTypes: ['violations'],
      ...(colours ? { runOnly: ['color-contrast'] } : {}),
    });
    return violations.map(({ id, nodes }) => {
      const targets = nodes.map((node) => node.target.join(' ')).slice(0, 3);
      return `${id} ${targets.join(' | ')}`;
    });
  }, rules === 'colours');
}

async function wrongWithText(page: Page, language: string): Promise<string[]> {
  const wrong: string[] = [];
  const said = await page.locator('html').getAttribute('lang');
  if (said !== language) wrong.push(`says that its language is ${said}`);
  if ((await page.title()).trim() === '') wrong.push('no title');
  if ((await page.locator('h1').count()) !== 1) wrong.push('not exactly one h1');
  const raw = await page.locator('body').innerText();
  const shown = raw.match(/[a-z]+(?:\.[\w-]+)+/g)?.find((word) => CATALOGUE_KEYS.has(word));
  if (shown !== undefined) wrong.push(`shows the key ${shown}`);
  return wrong;
}

/** Presses Tab until this is focused; fails if it is never reached. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let step = 0; step < 80; step += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
  }
  throw new Error(`Tab never reaches ${selector} on ${page.url()}`);
}

test('who is signed in and has no certificate is told so, and given nothing to fill in', async () => {
  const context = await browser.newContext({ storageState: session });
  await context.clearCookies({ name: /^__Host-hubgate-cert\./ });
  const page = await context.newPage();
  await page.goto(`${portal.url}/certs/revoke`);
  await expect(page.getByText('There is nothing to revoke here')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Continue' })).toHaveCount(0);
  await expect(page.getByRole('radio')).toHaveCount(0);
  await context.close();
});

test('without JavaScript: paste a CSR, see it decided, pick it up, withdraw another', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, acceptDownloads: true });
  const page = await context.newPage();
  const send = async (name: string) => {
    const made = await opensslCsr(portal.dir, name);
    await page.goto(`${portal.url}/certs/new?way=paste`);
    await page.locator('#csr').fill(made.csr);
    await page.locator('button[type=submit][value=preview]').click();
    await expect(page.locator('body')).toContainText('What will be in it');
    await page.getByRole('button', { name: 'Send the request' }).click();
    const link = await page.getByTestId('pickup-link').innerText();
    return /requests\/(R-[0-9A-Z]{8})#s=(\S+)/.exec(link)?.slice(1) as [string, string];
  };
  const [id, secret] = await send('nojs');
  await page.context().clearCookies();
  await page.goto(`${portal.url}/certs/requests/${id}`);
  await page.locator('input[name=secret]').fill(secret);
  await page.getByRole('button', { name: 'Open the request' }).click();
  await expect(page.locator('body')).toContainText('Waiting for an approver');

  const admin = await browser.newContext({ javaScriptEnabled: false });
  const desk = await admin.newPage();
  await desk.goto(`${portal.url}/sign-in`);
  await desk.getByLabel('Login', { exact: true }).fill(ADMIN.login);
  await desk.getByLabel('Password', { exact: true }).fill(ADMIN.password);
  await desk.getByRole('button', { name: 'Sign in', exact: true }).click();
  await desk.goto(`${portal.url}/admin/requests/${id}`);
  await desk.getByRole('radio', { name: /^Approve/ }).check();
  await desk.getByRole('button', { name: /^Approve/ }).click();
  await desk.goto(`${portal.url}/admin/signing`);
  await desk.getByRole('button', { name: /^Sign \d/ }).click();
  await admin.close();

  await page.goto(`${portal.url}/certs/requests/${id}`);
  await expect(page.locator('body')).toContainText('Your certificate is ready');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator(`a[href$="certificate.pem"]`).first().click(),
  ]);
  expect(await download.failure()).toBeNull();

  const [second] = await send('nojs2');
  await page.goto(`${portal.url}/certs/requests/${second}`);
  await page.getByRole('button', { name: 'Withdraw request' }).click();
  await expect(page.locator('body')).toContainText('You took this request back');
  await context.close();
});

test('by keyboard alone: request, then approve', async () => {
  // Not as the administrator: nobody approves their own request.
  const stranger = await browser.newContext();
  const page = await stranger.newPage();
  const { csr } = await opensslCsr(portal.dir, 'keys');
  await page.goto(`${portal.url}/certs/new?way=paste`);
  await tabTo(page, '#csr');
  await page.keyboard.insertText(csr);
  await tabTo(page, 'button[type=submit][value=preview]');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'What will be in it' })).toBeVisible();
  await page.getByRole('button', { name: 'Send the request' }).focus();
  await page.keyboard.press('Enter');
  await page.getByTestId('pickup-link').waitFor();

  await stranger.close();

  const context = await browser.newContext({ storageState: session });
  const desk = await context.newPage();
  await desk.goto(`${portal.url}/admin?q=keys`, { waitUntil: 'networkidle' });
  await desk.keyboard.press('j');
  await desk.keyboard.press('x');
  await desk.keyboard.press('a');
  await expect
    .poll(async () => (await portal.hubgateJson(['requests', 'list', '--state', 'APPROVED']))['items'])
    .toEqual(expect.arrayContaining([expect.objectContaining({ commonName: 'keys' })]));
  await context.close();
});
