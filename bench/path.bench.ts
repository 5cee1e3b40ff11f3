/**
 * The way to a certificate as its visitors wait for it, in Chromium: from "make my key" to "sent", the
 * longest task on the main thread meanwhile, and how soon and how still the pages stand on a processor
 * that is four times slower.
 */
import { loadavg } from 'node:os';
import { join } from 'node:path';

import type { Browser, Page } from '@playwright/test';

import { testBrowser } from '../e2e/support/chromium';
import { approveAndSign } from '../e2e/support/issue';
import { startPortal } from '../e2e/support/portal';
import { figure, heading, line, median } from './report';

const ROUNDS = 5;
const PASSPHRASE = 'a passphrase of mine';
const PAGES = ['/', '/ca', '/hubs', '/certs/new'];
/** After the load: late scripts, the live trust check, fonts. */
const SETTLE_MS = 2500;

type Seen = { longestTaskMs: number; lcpMs: number; shift: number };

heading('The way to a certificate, in a browser');
line(`load of the machine at the start: ${loadNow()}`);
const portal = await startPortal({
  front: 'embedded',
  toml: '[signing]\nauto = false\n[requests]\nopenPerAddress = 1000',
});
let browser: Browser | null = null;
try {
  const token = await portal.token('approver', 'operator');
  const chromium = await testBrowser(portal.dir);
  await chromium.trustRoot(join(portal.caDir, 'root-ca.pem'));
  browser = await chromium.launch();
  await withPage(browser, 1, (page) => page.goto(`${portal.url}/certs/new`)); // the server is warm
  await keys(browser, 'p-256', 'P-256', 3, token);
  await keys(browser, 'rsa-3072', 'RSA 3072', 8, token);
  for (const path of PAGES) await paint(browser, path);
  line(`load of the machine at the end: ${loadNow()}`);
} finally {
  await browser?.close();
  await portal.stop();
}

/** Makes requests with keys of one kind, and the first one's .p12 in both forms. */
async function keys(
  with_: Browser,
  choice: string,
  name: string,
  boundSeconds: number,
  token: string,
): Promise<void> {
  const seconds: number[] = [];
  const tasks: number[] = [];
  const p12Tasks: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await withPage(with_, 1, async (page) => {
      const account = `${choice.replace('-', '')}x${round}`;
      await page.goto(`${portal.url}/certs/new`, { waitUntil: 'networkidle' });
      await page.locator('#commonName').fill(account);
      await page.locator('#passphrase').fill(PASSPHRASE);
      await page.locator('#keyChoice').selectOption(choice);
      await forgetTasks(page);
      const started = performance.now();
      await page.getByRole('button', { name: 'See what will be issued' }).click();
      await page.getByRole('button', { name: 'Send the request' }).click();
      const link = await page.getByTestId('pickup-link').innerText();
      seconds.push((performance.now() - started) / 1000);
      tasks.push((await seen(page)).longestTaskMs);
      await approveAndSign(portal, token, /R-[0-9A-Z]{8}/.exec(link)?.[0] ?? '');
      await page.goto(link);
      for (const form of ['modern', 'legacy']) {
        await page.locator('#pickup-passphrase').fill(PASSPHRASE);
        await page.locator('#pickup-form').selectOption(form);
        await forgetTasks(page);
        await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: `Make ${account}.p12` }).click(),
        ]);
        p12Tasks.push((await seen(page)).longestTaskMs);
      }
    });
  }
  line(`${name}, seconds to "sent": ${seconds.map((value) => value.toFixed(2)).join(', ')}`);
  const sent = { unit: ' s', bound: boundSeconds, better: 'lower' } as const;
  figure({ what: `${name}: from "make my key" to "sent", median`, value: median(seconds), ...sent });
  figure({ what: `${name}: the slowest of ${ROUNDS}`, value: Math.max(...seconds), ...sent });
  const task = { unit: ' ms', bound: 100, better: 'lower' } as const;
  figure({ what: `${name}: longest task meanwhile`, value: Math.max(...tasks), ...task });
  figure({ what: `${name}: longest task while the .p12 is made`, value: Math.max(...p12Tasks), ...task });
}

async function paint(with_: Browser, path: string): Promise<void> {
  const paints: number[] = [];
  const shifts: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await withPage(with_, 4, async (page) => {
      await page.goto(`${portal.url}${path}`, { waitUntil: 'load' });
      await page.waitForTimeout(SETTLE_MS);
      const { lcpMs, shift } = await seen(page);
      paints.push(lcpMs);
      shifts.push(shift);
    });
  }
  line(`${path}: ${paints.map((value) => value.toFixed(0)).join(', ')} ms`);
  figure({
    what: `${path}: largest contentful paint, processor four times slower`,
    value: median(paints) / 1000,
    unit: ' s',
    bound: 1.2,
    better: 'lower',
  });
  figure({
    what: `${path}: layout shift, the worst`,
    value: Math.max(...shifts),
    bound: 0.02,
    better: 'lower',
  });
}

/** A first visit: nothing cached, nothing remembered. */
async function withPage(
  with_: Browser,
  slower: number,
  visit: (page: Page) => Promise<unknown>,
): Promise<void> {
  const context = await with_.newContext({ acceptDownloads: true, viewport: { width: 1440, height: 900 } });
  try {
    const page = await context.newPage();
    await page.addInitScript(watch);
    const devtools = await context.newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: slower });
    await visit(page);
  } finally {
    await context.close();
  }
}

/** Runs in the page, before its own scripts. */
function watch(): void {
  const at = { longestTaskMs: 0, lcpMs: 0, shift: 0 };
  Object.assign(window, { seenByBench: at });
  const observe = (type: string, see: (entry: PerformanceEntry) => void) =>
    new PerformanceObserver((list) => list.getEntries().forEach(see)).observe({ type, buffered: true });
  observe('longtask', ({ duration }) => (at.longestTaskMs = Math.max(at.longestTaskMs, duration)));
  observe('largest-contentful-paint', ({ startTime }) => (at.lcpMs = startTime));
  observe('layout-shift', (entry) => (at.shift += (entry as unknown as { value: number }).value));
}

async function forgetTasks(page: Page): Promise<void> {
  // What was under way is reported first.
  await page.waitForTimeout(200);
  await page.evaluate(() => {
    (window as unknown as { seenByBench: Seen }).seenByBench.longestTaskMs = 0;
  });
}

async function seen(page: Page): Promise<Seen> {
  await page.waitForTimeout(200);
  return page.evaluate(() => (window as unknown as { seenByBench: Seen }).seenByBench);
}

function loadNow(): string {
  return loadavg()
    .map((value) => value.toFixed(2))
    .join(' ');
}
