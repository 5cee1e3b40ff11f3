import { join } from 'node:path';

import { expect, test, type Browser, type BrowserContext } from '@playwright/test';

import { testBrowser } from './support/chromium';
import { opensslCsr } from './support/csr';
import { startPortal, type Portal } from './support/portal';
import { until } from './support/ports';
import { mustRun } from './support/run';
import { ENGLISH, SPANISH, wordsOf } from './support/spanish';

// The pages in Spanish, with JavaScript and without: by the browser's wish and by the choice at the foot of a page.

let portal: Portal;
let browser: Browser;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  portal = await startPortal({ front: 'embedded' });
  const chromium = await testBrowser(portal.dir);
  await chromium.trustRoot(join(portal.caDir, 'root-ca.pem'));
  browser = await chromium.launch();
  await until('astro is listed', async () => (await portal.call('/hubs')).text.includes('astro'));
});
test.afterAll(async () => {
  await browser?.close();
  await portal?.stop();
});

const pages = (): [string, string][] => [
  ['/', portal.url],
  ['/ca', portal.url],
  ['/certs/new', portal.url],
  ['/certs/new?way=paste', portal.url],
  ['/certs/new?for=server', portal.url],
  ['/certs', portal.url],
  ['/certs/lost', portal.url],
  ['/status', portal.url],
  ['/status/cert-check', portal.url],
  ['/status/cert-check', portal.gateUrl],
  ['/hubs', portal.url],
  ['/hubs?q=nothing+like+it', portal.url],
  ['/hubs?view=kiosk', portal.url],
  ['/hubs/astro', portal.url],
  ['/sign-in', portal.url],
  ['/no-such-page', portal.url],
  ['/hubs/gone', portal.url],
  ['/certs/requests/R-00000000', portal.url],
  ['/nothere/hub', portal.gateUrl],
  ['/astro/hub', portal.gateUrl],
  ['/admin', portal.gateUrl],
  ['/', portal.canaryUrl],
  ['/', portal.httpUrl],
];

async function inSpanish(
  context: BrowserContext,
  name: string,
  visited: readonly [path: string, origin: string][],
): Promise<void> {
  const english: string[] = [];
  const wide: string[] = [];
  for (const [path, origin] of visited) {
    const page = await context.newPage();
    await page.goto(`${origin}${path}`);
    await expect(page.locator('html')).toHaveAttribute('lang', 'es');
    const words = await wordsOf(page);
    english.push(
      ...ENGLISH.filter(([, sentence]) => words.includes(sentence)).map(([key]) => `${path}: ${key}`),
    );
    for (const width of [375, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      if (over > 0) wide.push(`${path} at ${width}: ${over} px`);
      const shots = process.env['HUBGATE_SHOTS'];
      if (shots !== undefined) {
        const file = `${name}-${new URL(origin).port}-${path.replace(/\W+/g, '_')}-${width}.png`;
        await page.screenshot({ path: join(shots, file), fullPage: true });
      }
    }
    await page.close();
  }
  expect(english).toEqual([]);
  expect(wide).toEqual([]);
}

test('the sentences that are looked for are many', () => {
  expect(ENGLISH.length).toBeGreaterThan(1_000);
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with JavaScript' : 'without JavaScript';

  test(`who wishes Spanish reads no English, ${how}`, async () => {
    test.setTimeout(300_000);
    const context = await browser.newContext({ locale: 'es-CL', javaScriptEnabled });
    await inSpanish(context, javaScriptEnabled ? 'js' : 'plain', pages());
    await context.close();
  });

  test(`the choice at the foot of a page holds on all that follow, ${how}`, async () => {
    const context = await browser.newContext({ locale: 'en-GB', javaScriptEnabled });
    const page = await context.newPage();
    await page.goto(`${portal.url}/hubs?q=astro`);
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    await page.getByRole('navigation', { name: 'Language' }).getByRole('link', { name: 'Español' }).click();
    await expect(page.locator('html')).toHaveAttribute('lang', 'es');
    await expect(page.getByRole('searchbox')).toHaveValue('astro');
    await page.goto(`${portal.url}/certs/new`);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Pedir un certificado');
    await page.getByRole('link', { name: 'English' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Request a certificate');
    await page.goto(`${portal.url}/`);
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    await context.close();
  });
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with JavaScript' : 'without JavaScript';

  test(`a refused form and a page that fails are Spanish to their last word, ${how}`, async () => {
    test.setTimeout(180_000);
    const context = await browser.newContext({ locale: 'es-CL', javaScriptEnabled });
    const page = await context.newPage();
    const noEnglish = async () => {
      const words = await wordsOf(page);
      expect(ENGLISH.filter(([, sentence]) => words.includes(sentence)).map(([key]) => key)).toEqual([]);
      return words;
    };

    await page.goto(`${portal.url}/certs/new?way=paste`);
    // A name that is no account's here.
    const { csr } = await opensslCsr(portal.dir, 'Not An Account');
    await page.locator('#csr').fill(csr);
    await page.locator('button[type=submit][value=preview]').click();
    await expect(page.locator('body')).toContainText(
      SPANISH.get('errors.request_common-name.title') ?? 'no such key',
    );
    const refused = await noEnglish();
    expect(refused).not.toMatch(/is not an account name|Use the name that you log in with/);

    const database = join(portal.stateDir, 'portal.db');
    const rename = (from: string, to: string) =>
      mustRun('sqlite3', [database, `.timeout 5000`, `ALTER TABLE "${from}" RENAME TO "${to}"`]);
    await rename('HubNotice', 'HubNoticeGone');
    try {
      // What is announced is read every five seconds; until then the page needs no table.
      let requestId: string | undefined;
      await expect(async () => {
        const failed = await page.goto(`${portal.url}/hubs`);
        expect(failed?.status()).toBe(500);
        requestId = failed?.headers()['x-request-id'];
      }).toPass({ timeout: 30_000 });
      await expect(page.locator('html')).toHaveAttribute('lang', 'es');
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Algo falló de nuestro lado');
      const number = await page.locator('code').innerText();
      expect(number).toBe(requestId);
      await noEnglish();
    } finally {
      await rename('HubNoticeGone', 'HubNotice');
    }
    await page.getByRole('link', { name: 'Intentar de nuevo' }).click();
    await expect(page.getByRole('searchbox')).toBeVisible();
    await context.close();
  });
}

test('what is not there says so in its HTML, with its status, to who runs no scripts', async () => {
  for (const [path, title] of [
    ['/hubs/gone', SPANISH.get('hubs.one.noneTitle')],
    ['/certs/requests/nothing', SPANISH.get('common.notFound.title')],
    ['/no-such-page', SPANISH.get('common.notFound.title')],
  ] as const) {
    const answer = await portal.call(path, { headers: { 'accept-language': 'es' } });
    expect(answer.status, path).toBe(404);
    expect(answer.text, path).toContain(`${title ?? 'no such key'}</h1>`);
  }
});

test('what turns out to be missing in a page that runs is asked for anew, and says so', async () => {
  const context = await browser.newContext({ locale: 'es-CL' });
  const page = await context.newPage();
  await page.goto(`${portal.url}/hubs`, { waitUntil: 'networkidle' });
  // As when a page renews itself: the router asks for parts of a page, not for a document.
  await page.evaluate(() =>
    (window as unknown as { next: { router: { push: (to: string) => void } } }).next.router.push(
      '/hubs/gone',
    ),
  );
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    SPANISH.get('hubs.one.noneTitle') ?? 'no such key',
  );
  expect(new URL(page.url()).pathname).toBe('/hubs/gone');
  await context.close();
});

test('visitors of two languages who see the same hubs each read their own', async () => {
  const read = async (language: string) =>
    (await portal.call('/hubs', { headers: { 'accept-language': language } })).text;
  for (let round = 0; round < 2; round += 1) {
    const [spanish, english] = await Promise.all([read('es-CL'), read('en')]);
    expect(spanish).toContain('Se abre con un certificado');
    expect(spanish).not.toContain('Opens with a certificate');
    expect(english).toContain('Opens with a certificate');
    expect(english).not.toContain('Se abre con un certificado');
  }
});
