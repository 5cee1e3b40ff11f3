import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test, type BrowserContext, type Page, type WebSocket } from '@playwright/test';

import { browserOf, type HolderBrowser } from './support/holder-browser';
import { send } from './support/https-client';
import { issue, type Issued } from './support/issue';
import { HUB_PASSWORD, layOutJupyterHub, type JupyterHub } from './support/jupyterhub';
import { startPortal, type Portal } from './support/portal';
import { until } from './support/ports';
import { mustRun } from './support/run';

// Two JupyterHubs of the system, one's name the beginning of the other's, behind Apache with the files
// of deploy/apache: whoever is on the list works in a notebook, whoever is not is told why; nothing that
// changes needs a reload.

test.describe.configure({ mode: 'serial' });

let portal: Portal;
let astro: JupyterHub;
let students: JupyterHub;
let alice: Issued;
let carla: Issued;
let aliceAt: HolderBrowser;
let carlaAt: HolderBrowser;
let workers: string[];
const SECRET = 'a-secret-of-this-very-test';
const contexts: BrowserContext[] = [];

const at = (path: string) => `${portal.gateUrl}${path}`;
const fileOf = (name: string) => join(portal.hubsDir, `${name}.hub`);
type Listed = { name: string; state: string; url: string; since: string };
const listed = async () => (JSON.parse((await portal.call('/api/v1/hubs')).text) as { hubs: Listed[] }).hubs;
const stateOf = async (name: string) => (await listed()).find((hub) => hub.name === name)?.state;

test.beforeAll(async () => {
  test.setTimeout(240_000);
  // The address of astro is the administrator's word, that of astro-students the file's.
  portal = await startPortal({
    front: 'apache',
    hubs: 'upstreamFromFiles = true\ndefaultAccess = "listed"',
    upstream: {},
    // As a file of Apache's own that only root reads would say it.
    editApache: (text) => `Define HUBGATE_HUB_SECRET ${SECRET}\n${text}`,
  });
  const secretFile = join(portal.dir, 'hubgate-secret');
  await writeFile(secretFile, `${SECRET}\n`);
  // As units have always registered, with what the gate must know besides.
  const register = (name: string, description: string) => (hub: { origin: string }) =>
    `URL=${at(`/${name}`)} DESCRIPTION="${description}"; ` +
    `/usr/bin/echo "$URL,$DESCRIPTION" >> ${fileOf(name)}; /usr/bin/echo "upstream: ${hub.origin}" >> ${fileOf(name)}`;
  astro = await layOutJupyterHub({
    dir: portal.dir,
    name: 'astro',
    accounts: ['alice', 'bob', 'carla'],
    register: register('astro', 'AstroInformatics Lab'),
    python: `hubgate_secret_file = '${secretFile}'`,
  });
  students = await layOutJupyterHub({
    dir: portal.dir,
    name: 'astro-students',
    accounts: ['carla'],
    register: register('astro-students', 'Students, second year'),
  });
  await mustRun('chmod', ['0755', portal.hubsDir]);
  const token = await portal.token('approver', 'operator');
  [alice, carla] = [await issue(portal, token, 'alice'), await issue(portal, token, 'carla')];
  aliceAt = await browserOf(portal, alice);
  carlaAt = await browserOf(portal, carla);
  await portal.hubgateJson(['hubs', 'allow', 'astro', 'alice']);
  await portal.hubgateJson(['hubs', 'allow', 'astro-students', 'carla']);
  workers = (await portal.apache?.workers()) ?? [];
  await astro.start();
  await students.start();
  for (const name of ['astro', 'astro-students']) {
    await until(`${name} is up in the index`, async () => (await stateOf(name)) === 'up');
  }
});

test.afterAll(async () => {
  test.setTimeout(60_000);
  for (const context of contexts) await context.close();
  await aliceAt?.close();
  await carlaAt?.close();
  await astro?.stop();
  await students?.stop();
  await portal?.stop();
});

async function pageOf(who: HolderBrowser): Promise<Page> {
  const context = await who.browser.newContext();
  contexts.push(context);
  return context.newPage();
}

async function signIn(page: Page, account: string): Promise<void> {
  await page.getByLabel('Username').fill(account);
  await page.getByLabel('Password').fill(HUB_PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test('who is on the list signs in, starts a server and runs code over the WebSocket', async () => {
  test.setTimeout(180_000);
  const page = await pageOf(aliceAt);
  await page.goto(at('/astro'));
  await signIn(page, 'alice');
  // The hub starts the server and leads to its files.
  await page.waitForURL(/\/astro\/user\/alice\/tree/, { timeout: 90_000 });

  const sockets: { url: string; received: string[] }[] = [];
  page.context().on('page', (opened) =>
    opened.on('websocket', (socket: WebSocket) => {
      const seen = { url: socket.url(), received: [] as string[] };
      sockets.push(seen);
      socket.on('framereceived', ({ payload }) => seen.received.push(String(payload)));
    }),
  );
  await page.getByRole('button', { name: 'New' }).click();
  const [notebook] = await Promise.all([
    page.context().waitForEvent('page'),
    page.getByRole('menuitem').filter({ hasText: 'Python 3' }).click(),
  ]);
  await notebook.waitForURL(/\/notebooks\/Untitled\.ipynb/);
  await expect(notebook.getByTitle('Kernel Idle')).toBeVisible({ timeout: 60_000 });
  await notebook.locator('.CodeMirror').first().click();
  await notebook.keyboard.type('print("in the notebook of", "ali" + "ce", 6 * 7)');
  await notebook.keyboard.press('Shift+Enter');
  await expect(notebook.locator('.output_stdout').first()).toHaveText(/in the notebook of alice 42/, {
    timeout: 30_000,
  });
  const kernel = sockets.find(({ url }) => url.includes('/api/kernels/'));
  expect(kernel?.url).toContain(`wss://${new URL(portal.gateUrl).host}/astro/user/alice/api/kernels/`);
  expect(kernel?.received.join()).toContain('in the notebook of alice 42');
  await notebook.close();
});

test('who is not on the list gets the page that explains, and gets in once added, without a reload', async () => {
  const page = await pageOf(carlaAt);
  const asked = async () => (await astro.log()).match(/GET \/astro\/hub\/login/g)?.length ?? 0;
  const before = await asked();
  const refused = await page.goto(at('/astro/hub/login'));
  expect(refused?.status()).toBe(403);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are not on the list of hub astro');
  await expect(page.getByText('The certificate you showed is for carla.')).toBeVisible();
  expect(await asked()).toBe(before);

  await portal.hubgateJson(['hubs', 'allow', 'astro', 'carla']);
  const entered = await page.reload();
  expect(entered?.status()).toBe(200);
  await expect(page.getByLabel('Username')).toBeVisible();
  expect(await asked()).toBeGreaterThan(before);
  expect(await portal.apache?.workers()).toEqual(workers);
});

test('one hub is not the other, though its name begins the same', async () => {
  const ask = async (path: string, who: Issued) =>
    (await send(at(path), { ca: portal.rootPem, identity: who.identity })).status;
  expect(await ask('/astro-students/hub/login', alice)).toBe(403);
  expect(await ask('/astro/hub/login', alice)).toBe(200);
  expect(await ask('/astro-students/hub/login', carla)).toBe(200);
  const map = (await readFile(join(portal.mapsDir, 'hubs.map'), 'utf8')).trim().split('\n');
  expect(map.sort()).toEqual([`astro ${astro.origin}`, `astro-students ${students.origin}`].sort());
});

test('nobody signs in under another name than the one in their certificate', async () => {
  const page = await pageOf(carlaAt);
  await page.goto(at('/astro/hub/login'));
  await signIn(page, 'bob');
  await expect(page.getByText('Sign in with the account that your certificate is for.')).toBeVisible();
  expect(await astro.log()).toContain("refused to sign in 'bob': the certificate is for 'carla'");
  await page.goto(at('/astro/hub/login'));
  await signIn(page, 'carla');
  await page.waitForURL(/\/astro\/(?:hub\/spawn-pending|user)\/carla/);
});

test('whoever comes past the gate does not sign in, whatever name they claim', async () => {
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-ssl-client-verify': 'SUCCESS',
    'x-ssl-client-cn': 'bob',
    'x-hubgate-secret': 'guess',
  };
  const body = `username=bob&password=${HUB_PASSWORD}`;
  for (const origin of [astro.origin, astro.hubOrigin]) {
    const answer = await send(`${origin}/astro/hub/login`, { method: 'POST', headers, body });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('this request came another way');
    expect(answer.headers['set-cookie']?.join() ?? '').not.toContain('jupyterhub-hub-login');
  }
});

test('an address without a hub, or with one that is not routed, says which', async () => {
  const page = await pageOf(aliceAt);
  expect((await page.goto(at('/astronomy/hub/login')))?.status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is no hub astronomy here');
  await writeFile(fileOf('luna'), `${at('/luna')},Nobody said where it runs\n`);
  await until('luna is listed', async () => (await stateOf('luna')) !== undefined);
  expect((await page.goto(at('/luna/')))?.status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The gate does not lead to hub luna yet');
  await page.getByRole('link', { name: 'See the hubs' }).click();
  await page.waitForURL(`${portal.url}/hubs`);
  await rm(fileOf('luna'));
});

test('taken off the list, the next request is refused', async () => {
  const page = await pageOf(carlaAt);
  expect((await page.goto(at('/astro/hub/login')))?.status()).toBe(200);
  await portal.hubgateJson(['hubs', 'deny', 'astro', 'carla']);
  expect((await page.reload())?.status()).toBe(403);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are not on the list of hub astro');
  expect(await portal.apache?.workers()).toEqual(workers);
});

test('a hub that was killed is told as such within ten seconds, though its file is still there', async () => {
  const page = await pageOf(aliceAt);
  await page.goto(`${portal.url}/hubs`);
  await astro.kill();
  const began = performance.now();
  await until(
    'astro is not up any more',
    async () => !['up', 'starting'].includes((await stateOf('astro')) ?? ''),
    20,
  );
  const seconds = (performance.now() - began) / 1000;
  expect(await readFile(fileOf('astro'), 'utf8')).toContain('AstroInformatics Lab');
  expect(await stateOf('astro-students')).toBe('up');
  expect(seconds).toBeLessThan(10);
});

test('restarted with the original >>, it shows once and is up again', async () => {
  test.setTimeout(90_000);
  await astro.start();
  expect((await readFile(fileOf('astro'), 'utf8')).match(/AstroInformatics Lab/g)).toHaveLength(2);
  await until('astro is up again', async () => (await stateOf('astro')) === 'up', 20);
  expect((await listed()).filter(({ url }) => url === at('/astro'))).toHaveLength(1);
  const page = await pageOf(aliceAt);
  await page.goto(`${portal.url}/hubs`);
  await expect(page.getByRole('row', { name: 'AstroInformatics Lab' })).toHaveCount(1);
  expect(await portal.apache?.workers()).toEqual(workers);
});

test('a hub that is gone with its proxy is told by a page of the portal, with 503', async () => {
  await astro.stop();
  const page = await pageOf(aliceAt);
  const down = await page.goto(at('/astro/hub/home'));
  expect(down?.status()).toBe(503);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    'The hub astro does not answer at the moment',
  );
});
