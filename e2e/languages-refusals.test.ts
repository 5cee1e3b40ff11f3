import { join } from 'node:path';

import { expect, test, type Browser, type Page } from '@playwright/test';

import en from '../lib/i18n/messages/en.json' with { type: 'json' };
import es from '../lib/i18n/messages/es.json' with { type: 'json' };
import { becomeAdministrator, signInByPassword } from './support/administrator';
import { testBrowser } from './support/chromium';
import { opensslCsr } from './support/csr';
import { browserOf } from './support/holder-browser';
import { issue, submit } from './support/issue';
import { startPortal, type Portal } from './support/portal';
import { until } from './support/ports';
import { shot } from './support/shot';
import { ENGLISH, wordsOf } from './support/spanish';

// What rules, checks and the gate say to who reads Spanish, and the pages for when something is not there.

let portal: Portal;
let browser: Browser;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  portal = await startPortal({ front: 'embedded', toml: '[signing]\nauto = false' });
  const chromium = await testBrowser(portal.dir);
  await chromium.trustRoot(join(portal.caDir, 'root-ca.pem'));
  browser = await chromium.launch();
  await until('astro is listed', async () => (await portal.call('/hubs')).text.includes('astro'));
});
test.afterAll(async () => {
  await browser?.close();
  await portal?.stop();
});

const ED25519 = { algorithm: ['-algorithm', 'ed25519'] };
const CHECKED = 'Los navegadores no pueden usar certificados con claves Ed25519; los programas, sí.';

async function noEnglish(page: Page): Promise<string> {
  const words = await wordsOf(page);
  expect(ENGLISH.filter(([, sentence]) => words.includes(sentence)).map(([key]) => key)).toEqual([]);
  return words;
}

test('a gate that does not open says why in Spanish: to the unlisted, and where the hub does not answer', async () => {
  test.setTimeout(180_000);
  const issued = await issue(portal, await portal.token('approver', 'operator'), 'emil');
  const holder = await browserOf(portal, issued);
  const context = await holder.browser.newContext({ locale: 'es-CL' });
  const page = await context.newPage();
  await page.goto(`${portal.gateUrl}/status/cert-check`);
  expect(await noEnglish(page)).toMatch(/Vigente hasta el .+ UTC\./);
  await shot(page, 'cert-check');

  await portal.hub.stop();
  const down = await page.goto(`${portal.gateUrl}/astro/hub`);
  expect(down?.status()).toBe(503);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    'En este momento no responde el hub astro',
  );
  await noEnglish(page);
  const [again] = await Promise.all([
    page.waitForResponse((answer) => answer.url() === `${portal.gateUrl}/astro/hub`),
    page.getByRole('link', { name: es.gate.hubDownAgain }).click(),
  ]);
  expect(again.status()).toBe(503);

  await portal.hubgateJson(['hubs', 'access', 'astro', 'listed']);
  await until('the gate goes by the list', async () => {
    const answer = await page.goto(`${portal.gateUrl}/astro/hub`);
    return answer?.status() === 403;
  });
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No estás en la lista para el hub astro');
  expect(await noEnglish(page)).toContain('o, si participas en un evento');
  await shot(page, 'not-listed');
  await holder.close();
});

test('what the checks find is Spanish in the wizard, in the queue and on the page of a request', async () => {
  test.setTimeout(180_000);
  const context = await browser.newContext({ locale: 'es-CL' });
  const page = await context.newPage();
  await page.goto(`${portal.url}/certs/new?way=paste`);
  await page.locator('#csr').fill((await opensslCsr(portal.dir, 'dora', ED25519)).csr);
  await page.locator('button[type=submit][value=preview]').click();
  await expect(page.locator('body')).toContainText(CHECKED);
  await noEnglish(page);
  await shot(page, 'wizard');
  await context.close();

  const { id } = await submit(portal, await opensslCsr(portal.dir, 'dora', ED25519), 'dora@example.org');
  const admin = await browser.newContext();
  const desk = await admin.newPage();
  await becomeAdministrator(desk, portal.firstAdminLink());
  await desk.goto(`${portal.url}/admin?lang=es`);
  await expect(desk.locator('tr', { hasText: 'dora' })).toContainText(CHECKED);
  await noEnglish(desk);
  await shot(desk, 'queue');
  await desk.goto(`${portal.url}/admin/requests/${id}`);
  const words = await noEnglish(desk);
  for (const sentence of [
    CHECKED,
    'Nadie más tiene el nombre de cuenta dora.',
    'La clave no llegó con ninguna otra solicitud.',
    'La firmó su propia clave (Ed25519).',
    es.admin.common.actor.visitor,
  ]) {
    expect(words).toContain(sentence);
  }
  expect(words).not.toContain('visitor');
  await shot(desk, 'request');

  await desk.goto(`${portal.url}/events/new`);
  await shot(desk, 'event-new');

  const locked = await portal.hubgate(['ca', 'lock']);
  expect(locked.code, locked.stderr).toBe(0);
  await desk.goto(`${portal.url}/admin/signing`);
  await expect(desk.locator('body')).toContainText('hubgate ca unlock');
  await noEnglish(desk);
  await shot(desk, 'locked');
  await admin.close();
});

test('who lacks the role is told so in either language: as whom, who can change that, where to go on', async () => {
  test.setTimeout(180_000);
  const nora = { login: 'nora', name: 'Nora Núñez', password: 'nine quiet harbours at dusk' };
  const made = await portal.hubgateJson(['admin', 'create', '--role', 'approver']);
  const context = await browser.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  await becomeAdministrator(page, String(made['url']), nora);
  await lacksTheRole(page, '/admin/people', {
    name: nora.login,
    title: en.common.forbidden.title,
    lede: en.common.forbidden.roles.replace('{roles}', en.admin.people.role.approver),
    whatToDo: en.common.forbidden.whatToDo,
    account: en.common.forbidden.account,
  });
  const spanish = {
    name: nora.login,
    title: es.common.forbidden.title,
    lede: es.common.forbidden.roles.replace('{roles}', es.admin.people.role.approver),
    whatToDo: es.common.forbidden.whatToDo,
    account: es.common.forbidden.account,
  };
  await lacksTheRole(page, '/admin/people?lang=es', spanish);
  await noEnglish(page);
  await shot(page, 'forbidden');

  // Without scripts as well, where the document of a page that refuses comes empty from Next.
  const storageState = await context.storageState();
  const plain = await browser.newContext({ locale: 'es-CL', javaScriptEnabled: false, storageState });
  await lacksTheRole(await plain.newPage(), '/admin/people', spanish);
  await plain.close();

  // And without any role, from the administration's first page on.
  const left = await portal.hubgate(['admin', 'roles', nora.login]);
  expect(left.code, left.stderr).toBe(0);
  await signInByPassword(page, portal.url, '?lang=en', nora);
  await page.waitForURL(`${portal.url}/account`);
  await lacksTheRole(page, '/admin?lang=es', { ...spanish, lede: es.common.forbidden.noRole });
  await noEnglish(page);
  await context.close();
});

async function lacksTheRole(
  page: Page,
  path: string,
  says: { name: string; title: string; lede: string; whatToDo: string; account: string },
): Promise<void> {
  const answer = await page.goto(`${portal.url}${path}`);
  expect(answer?.status()).toBe(403);
  await expect(page).toHaveTitle(new RegExp(`^${says.title}`));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(says.title);
  const main = page.locator('main');
  await expect(main).toContainText(says.lede.replace('{name}', says.name));
  await expect(main).toContainText(says.whatToDo);
  await expect(main.getByRole('link', { name: says.account })).toHaveAttribute('href', '/account');
}

test('a portal that starts says so in Spanish, without scripts, and is there by itself when it runs', async () => {
  test.setTimeout(180_000);
  const context = await browser.newContext({ locale: 'es-CL', javaScriptEnabled: false });
  const page = await context.newPage();
  const pid = (await portal.processes())['web'];
  if (pid === undefined) throw new Error('no web process');
  process.kill(pid, 'SIGKILL');
  const starting = await page.goto(`${portal.url}/certs/new`);
  expect(starting?.status()).toBe(503);
  expect(starting?.headers()['retry-after']).toBe('3');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('El portal se está iniciando');
  await noEnglish(page);
  // Nobody presses anything: the page asks again.
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Pedir un certificado', {
    timeout: 90_000,
  });
  await context.close();
});
