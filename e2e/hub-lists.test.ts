import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test, type Browser, type BrowserContext, type Page } from '@playwright/test';

import { becomeAdministrator } from './support/administrator';
import { testBrowser } from './support/chromium';
import { opensslCsr } from './support/csr';
import { oneConnection, send, type Identity } from './support/https-client';
import { issue, pickUp, type Issued } from './support/issue';
import { startPortal, type Portal } from './support/portal';
import { until } from './support/ports';

// Who may enter a hub, edited on its page, with and without JavaScript, by API and by command line; the gate
// itself is asked whether it goes by the list.

test.describe.configure({ mode: 'serial' });

let portal: Portal;
let browser: Browser;
let context: BrowserContext;
let page: Page;

const accessMap = async () =>
  (await readFile(join(portal.mapsDir, 'access.map'), 'utf8')).split('\n').slice(1, -1);
const address = () => `${portal.url}/admin/hubs/astro`;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  portal = await startPortal({ front: 'apache', hubs: 'upstreamFromFiles = true' });
  const chromium = await testBrowser(portal.dir);
  await chromium.trustRoot(join(portal.caDir, 'root-ca.pem'));
  browser = await chromium.launch();
  context = await browser.newContext();
  page = await context.newPage();
  await becomeAdministrator(page, portal.firstAdminLink());
});
test.afterAll(async () => {
  await browser?.close();
  await portal?.stop();
});

test('an operator closes a hub and names who may enter; Apache goes by it at once', async () => {
  await page.goto(`${portal.url}/admin/hubs`);
  await page.getByRole('link', { name: 'Edit who may enter astro' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Who may enter astro');
  await page.getByRole('radio', { name: /Only people, units and events/ }).check();
  await page.getByRole('button', { name: 'Save the way in' }).click();
  await expect(page.getByText('The gate goes by it already.')).toBeVisible();
  expect(await accessMap()).toEqual([]);
  await page.getByLabel('Names', { exact: true }).fill('alice\nbob\nOU=NLHPC\n');
  await page.getByRole('button', { name: 'Add to the list' }).click();
  await expect(page.getByText('3 entries added. The gate goes by it already.')).toBeVisible();
  expect(await accessMap()).toEqual(['astro/alice yes', 'astro/bob yes', 'ou:astro/NLHPC yes']);
  await page.getByRole('button', { name: 'Remove bob from the list' }).click();
  await expect(page.getByText('One entry removed. The gate goes by it already.')).toBeVisible();
  await expect(page.getByRole('row', { name: /bob/ })).toHaveCount(0);
});

test('a jupyterhub_config.py is looked at, then imported, also without JavaScript', async () => {
  const plain = await browser.newContext({
    javaScriptEnabled: false,
    storageState: await context.storageState(),
  });
  const without = await plain.newPage();
  for (const [view, name] of [
    [page, 'carla'],
    [without, 'dora'],
  ] as const) {
    await view.goto(address());
    const list = `c.Authenticator.allowed_users = {'alice', '${name}'}\nc.Authenticator.admin_users = {'root-${name}'}\n`;
    await view.getByLabel('jupyterhub_config.py, CSV').fill(list);
    await view.getByRole('radio', { name: /become the list/ }).check();
    await view.getByRole('button', { name: 'Show what would change' }).click();
    await expect(view.getByRole('status').filter({ hasText: 'Would be added' })).toContainText(name);
    expect(await accessMap()).not.toContain(`astro/${name} yes`);
    await expect(view.getByLabel('jupyterhub_config.py, CSV')).toHaveValue(list);
    await view.getByRole('button', { name: 'Import', exact: true }).click();
    await expect(view.getByText('The gate goes by it already.')).toBeVisible();
    expect(await accessMap()).toEqual(['astro/alice yes', `astro/${name} yes`, `astro/root-${name} yes`]);
  }
  await plain.close();
});

test('the export is what the hub reads', async () => {
  await page.goto(address());
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'For jupyterhub_config.py' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('astro-allowed-users.py');
  const text = await readFile(await download.path(), 'utf8');
  expect(text).toContain("c.Authenticator.allowed_users = {\n    'alice',\n    'dora',\n    'root-dora',\n}");
});

test('the command line and the API do the same, and each name is an event', async () => {
  const allowed = await portal.hubgateJson(['hubs', 'allow', 'astro', 'emil', '--unit', 'Guests']);
  expect(allowed).toMatchObject({
    added: { people: ['emil'], units: ['Guests'] },
    gate: { applied: 'applied', why: '' },
  });
  const csv = await portal.hubgate(
    ['hubs', 'import', 'astro', '-', '--replace'],
    'kind;name\nperson;fred\nunit;NLHPC\n',
  );
  expect(csv.stdout).toContain('added fred, OU=NLHPC; removed alice, dora, emil, root-dora, OU=Guests');
  expect(await accessMap()).toEqual(['astro/fred yes', 'ou:astro/NLHPC yes']);
  const block = await portal.hubgate(['hubs', 'apache', 'astro']);
  expect(block.stdout).toContain(`ProxyPass "${portal.hub.origin}/astro" upgrade=websocket nocanon`);

  const headers = {
    authorization: `Bearer ${await portal.token('operator')}`,
    'content-type': 'application/json',
  };
  const api = (method: string, path: string, body?: unknown) =>
    portal.call(`/api/v1/admin/hubs/${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const patched = await api('PATCH', 'astro/access', {
    add: { people: ['gina'] },
    remove: { people: ['fred'] },
  });
  expect(JSON.parse(patched.text)).toMatchObject({
    added: { people: ['gina'] },
    removed: { people: ['fred'] },
    gate: { applied: 'applied' },
  });
  const put = await api('PUT', 'astro/access', { access: 'listed', people: ['hanna'] });
  expect(put.status).toBe(200);
  expect(await accessMap()).toEqual(['astro/hanna yes']);
  const dry = await portal.call('/api/v1/admin/hubs/astro/access/import?mode=replace&dryRun=true', {
    method: 'POST',
    headers: { ...headers, 'content-type': 'text/x-python' },
    body: "c.PAMAuthenticator.whitelist = set(['ida'])\n",
  });
  expect(JSON.parse(dry.text)).toMatchObject({ added: { people: ['ida'] }, removed: { people: ['hanna'] } });
  expect((await api('PATCH', 'As%20tro/access', { access: 'listed' })).status).toBe(422);
  expect((await api('POST', 'astro/access/import', { text: '# nobody\n' })).status).toBe(422);
  const events = await portal.call('/api/v1/admin/audit?target=astro&limit=200', { headers });
  const seen = (JSON.parse(events.text) as { items: { action: string; data: Record<string, string> }[] })
    .items;
  for (const [action, data] of [
    ['hub.allow', { commonName: 'gina' }],
    ['hub.deny', { commonName: 'fred' }],
    ['hub.allow', { unit: 'Guests' }],
    ['hub.access', { access: 'listed' }],
  ] as const) {
    expect(seen).toContainEqual(expect.objectContaining({ action, data }));
  }
});

/** Three seats for two days, planned and approved; the certificate of the first. */
async function event(): Promise<{ id: string; token: string; first: Issued }> {
  const token = await portal.token('operator');
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const post = async (path: string, body: unknown, status: number) => {
    const answer = await portal.call(path, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(answer.status, answer.text).toBe(status);
    return JSON.parse(answer.text) as Record<string, unknown>;
  };
  const { id } = (await post(
    '/api/v1/admin/events',
    {
      name: 'Winter school',
      startsAt: new Date(Date.now() - 60_000).toISOString(),
      endsAt: new Date(Date.now() + 2 * 86_400_000).toISOString(),
      ...{ hubs: ['astro', 'luna'], seats: 3 },
    },
    201,
  )) as { id: string };
  expect(await portal.hubgateJson(['events', 'approve', id])).toMatchObject({ state: 'APPROVED' });
  const { cards } = (await post(`/api/v1/admin/events/${id}/invite`, { by: 'cards' }, 200)) as {
    cards: { link: string }[];
  };
  const made = await opensslCsr(portal.dir, 'whatever');
  const sent = (await post('/api/v1/requests', { csr: made.csr, invitation: cards[0]?.link }, 201)) as {
    id: string;
    pickupSecret: string;
  };
  const bearer = { authorization: `Bearer ${sent.pickupSecret}` };
  await until('the certificate is issued', async () => {
    const seen = await portal.call(`/api/v1/requests/${sent.id}`, { headers: bearer });
    return (JSON.parse(seen.text) as { state: string }).state === 'ISSUED';
  });
  return { id, token, first: await pickUp(portal, made, sent.id, sent.pickupSecret) };
}

test('a certificate of an event enters only the hub whose list names it, until it is closed', async () => {
  test.setTimeout(180_000);
  const luna = `${portal.gateUrl}/luna,Open to everybody\nupstream: ${portal.hub.origin}\n`;
  await writeFile(join(portal.hubsDir, 'luna.hub'), luna);
  const { id, token, first } = await event();
  const alice = await issue(portal, await portal.token('approver'), 'alice');
  await portal.hubgateJson(['hubs', 'access', 'astro', 'listed']);
  const agent = oneConnection();
  const status = async (hub: string, identity: Identity, over?: typeof agent) =>
    (
      await send(`${portal.gateUrl}/${hub}/x`, {
        ca: portal.rootPem,
        identity,
        ...(over ? { agent: over } : {}),
      })
    ).status;
  await until('luna is routed', async () => (await status('luna', alice.identity)) === 200);
  expect(await status('luna', first.identity)).toBe(403);
  expect(await status('astro', first.identity, agent)).toBe(403);

  // The page of the event says so, and lets it in.
  await page.goto(`${portal.url}/admin/events/${id}`);
  await expect(page.getByText('does not let the event in yet')).toHaveCount(2);
  await page.getByRole('button', { name: 'Let this event into astro' }).click();
  await expect(page.getByText("The hub's list names the event now")).toBeVisible();
  await expect(page.getByRole('button', { name: 'Let this event into astro' })).toHaveCount(0);
  expect(await status('astro', first.identity, agent)).toBe(200);
  expect(await status('luna', first.identity)).toBe(403);
  expect(await accessMap()).toContain('astro/ev-winter-school-01 yes');
  await page.goto(address());
  await expect(page.getByRole('row', { name: /Winter school/ })).toContainText('running');
  expect((await portal.hubgate(['hubs', 'export', 'astro'])).stdout).toContain("    'ev-winter-school-02',");

  // Off the list by the page and on again by the command line and by the API, each at once.
  await page.getByRole('button', { name: `Remove ${id} from the list` }).click();
  await expect(page.getByText('One entry removed. The gate goes by it already.')).toBeVisible();
  expect(await status('astro', first.identity, agent)).toBe(403);
  const allowed = await portal.hubgate(['hubs', 'allow', 'luna', '--event', id]);
  expect(allowed.stdout).toContain(`event ${id}: on the list of luna. The gate goes by it already.`);
  expect(await status('luna', first.identity)).toBe(200);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const patch = (events: string[]) =>
    portal.call('/api/v1/admin/hubs/astro/access', {
      method: 'PATCH',
      headers,
      body: JSON.stringify({ add: { events } }),
    });
  expect(JSON.parse((await patch([id])).text)).toMatchObject({ added: { events: [id] } });
  expect((await patch(['E-00000000'])).status).toBe(404);
  expect(await status('astro', first.identity, agent)).toBe(200);

  const closed = await portal.call(`/api/v1/admin/events/${id}/revoke`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ expectedCount: 1 }),
  });
  expect(closed.status, closed.text).toBe(200);
  expect(await accessMap()).toContain('luna/ev-winter-school-01 no');
  expect((await accessMap()).filter((line) => line.includes('ev-'))).toHaveLength(1);
  for (const hub of ['astro', 'luna']) expect(await status(hub, first.identity, agent), hub).toBe(403);
  expect(await status('luna', alice.identity)).toBe(200);
  agent.destroy();
});
