import { watch } from 'node:fs';
import { mkdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test, type Browser, type Page } from '@playwright/test';

import { becomeAdministrator } from './support/administrator';
import { testBrowser } from './support/chromium';
import { startPortal, type Portal } from './support/portal';
import { until } from './support/ports';
import { mustRun } from './support/run';

// The list of hubs: sent once, live without a reload, whole without JavaScript.

test.describe.configure({ mode: 'serial' });

let portal: Portal;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

test.beforeAll(async () => {
  test.setTimeout(180_000);
  portal = await startPortal({ front: 'embedded' });
  const chromium = await testBrowser(portal.dir);
  await chromium.trustRoot(join(portal.caDir, 'root-ca.pem'));
  browser = await chromium.launch();
  page = await browser.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
});
test.afterAll(async () => {
  await browser?.close();
  await portal?.stop();
});

const fileOf = (name: string) => join(portal.dir, 'hubs', `${name}.hub`);

const register = (name: string, description: string) =>
  writeFile(fileOf(name), `${portal.gateUrl}/${name},${description}\n`);

const row = (description: string) => page.getByRole('row', { name: description });

test('each row stands once in what the portal sends', async () => {
  await register('geo', 'Geology <b>& rocks</b>');
  let text = '';
  await until('geo is listed', async () => {
    ({ text } = await portal.call('/hubs'));
    return text.includes('Geology');
  });
  expect(text.match(/Geology/g)).toHaveLength(1);
  expect(text).toContain('Geology &lt;b&gt;&amp; rocks&lt;/b&gt;');
});

test('the list follows the registrations without a reload, and what is being typed stays', async () => {
  await page.goto(`${portal.url}/hubs`);
  await expect(page.getByRole('status')).toContainText('Live');
  await expect(row('Geology')).toBeVisible();
  await page.evaluate(() => Object.assign(window, { here: true }));
  await page.getByRole('searchbox').fill('rock');

  await register('bio', 'Biology');
  await expect(row('Biology')).toBeVisible();
  await expect(page.getByRole('link', { name: /^All/ })).toHaveText('All 3');
  await rm(fileOf('bio'));
  await expect(row('Biology')).toHaveCount(0);
  await expect(row('Geology')).toBeVisible();

  await expect(page.getByRole('searchbox')).toHaveValue('rock');
  expect(await page.evaluate(() => 'here' in window)).toBe(true);
});

test('keyboard focus stays on its hub while others come', async () => {
  const open = page.getByRole('link', { name: /Enter.*Astronomy/ });
  await open.focus();
  await register('art', 'Art'); // before Astronomy
  await expect(row('Art')).toBeVisible();
  await expect(open).toBeFocused();
  await rm(fileOf('art'));
  await expect(row('Art')).toHaveCount(0);
});

test('a folder whose changes this machine does not hear, such as one on NFS, is followed all the same', async () => {
  // FUSE is to inotify what NFS is: what is written on the other side makes no event here.
  const remote = join(portal.dir, 'remote');
  const before = join(portal.dir, 'hubs-before');
  await mkdir(remote);
  await rename(portal.hubsDir, before);
  await mkdir(portal.hubsDir);
  await mustRun('bindfs', [remote, portal.hubsDir]);
  const heard: string[] = [];
  const ears = watch(portal.hubsDir, (_event, name) => heard.push(name ?? ''));
  try {
    await expect(row('Geology')).toHaveCount(0); // another folder, and an empty one
    await writeFile(join(remote, 'far.hub'), `${portal.gateUrl}/far,Far away\n`);
    await expect(row('Far away')).toBeVisible();
    await writeFile(join(remote, 'far.hub'), `${portal.gateUrl}/far,Far and near\n`);
    await expect(row('Far and near')).toBeVisible();
    await rm(join(remote, 'far.hub'));
    await expect(row('Far and near')).toHaveCount(0);
    expect(heard).toEqual([]);
  } finally {
    ears.close();
    await mustRun('umount', [portal.hubsDir]);
    await rmdir(portal.hubsDir);
    await rename(before, portal.hubsDir);
  }
  await expect(row('Geology')).toBeVisible();
});

test('the last hub goes and the first one comes', async () => {
  const astro = await readFile(fileOf('astro'), 'utf8');
  await rm(fileOf('geo'));
  await rm(fileOf('astro'));
  await expect(page.getByText('No hub is registered')).toBeVisible();
  await writeFile(fileOf('astro'), astro);
  await expect(row('Astronomy')).toBeVisible();
});

test('a browser that lost the list fetches it', async () => {
  // As when React finds that something else has changed the page, and renders it anew.
  await page.route(
    `${portal.url}/hubs`,
    async (route) => {
      const { headers, text } = await portal.call('/hubs');
      await route.fulfill({
        contentType: 'text/html; charset=utf-8',
        headers: { 'content-security-policy': String(headers['content-security-policy']) },
        body: text.replace(/(<div data-live="list">).*?strip-legend.*?<\/div>/s, '$1</div>'),
      });
    },
    { times: 1 },
  );
  await page.goto(`${portal.url}/hubs`);
  await expect(row('Astronomy')).toBeVisible();
});

test('an announcement stands on open pages within two seconds, and goes with a click', async () => {
  const desk = await browser.newPage();
  await becomeAdministrator(desk, portal.firstAdminLink());
  await page.goto(`${portal.url}/hubs`);
  await expect(page.getByRole('status')).toContainText('Live');
  await desk.goto(`${portal.url}/admin/notices`);
  await desk.getByLabel('What', { exact: true }).fill('The storage is moved');
  await desk.getByLabel('From', { exact: true }).fill('2099-11-28T09:00');
  await desk.getByLabel(/^Until/).fill('2099-11-28T08:00');
  await desk.getByLabel(/^Hubs/).fill('astro');
  await desk.getByRole('button', { name: 'Announce maintenance' }).click();
  // What was typed stays, and the fault is at its field.
  await expect(desk.getByText('It would end before it begins.').first()).toBeVisible();
  await expect(desk.getByLabel('What', { exact: true })).toHaveValue('The storage is moved');
  await desk.getByLabel(/^Until/).fill('2099-11-28T13:00');
  await desk.getByRole('button', { name: 'Announce maintenance' }).click();
  await desk.getByText('Announced. It stands').waitFor();
  await expect(page.getByRole('list', { name: 'Announcements' })).toContainText(
    /The storage is moved, Saturday 28 November 2099, 09:00 to 13:00.*Concerns astro/,
    { timeout: 2000 },
  );
  await expect(row('Astronomy')).toContainText('Maintenance announced');
  const { hubs } = JSON.parse((await portal.call('/api/v1/hubs')).text) as {
    hubs: { name: string; notices?: { title: string }[] }[];
  };
  expect(hubs.find(({ name }) => name === 'astro')?.notices?.[0]?.title).toBe('The storage is moved');
  await desk.goto(portal.url);
  await expect(desk.getByRole('list', { name: 'Announcements' })).toContainText('The storage is moved');
  await desk.goto(`${portal.url}/admin/notices`);
  await desk.getByRole('button', { name: 'Withdraw “The storage is moved”' }).click();
  await expect(page.getByRole('list', { name: 'Announcements' })).toHaveCount(0);
  await desk.close();
});

test('the page of a hub says what it is and was, and that it is gone', async () => {
  await register('bio', 'Biology\nresources: 8 cores\ncontact: bio@example.org');
  await expect(row('Biology')).toBeVisible();
  await page.getByRole('link', { name: 'Biology', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Biology');
  await expect(page.getByRole('img', { name: /available|Not measured/ })).toBeVisible();
  await expect(page.getByText('8 cores')).toBeVisible();
  await rm(fileOf('bio'));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is no such hub now');
  expect((await portal.call('/hubs/bio')).status).toBe(404);
  complaints.splice(0); // the browser reports the 404 that was meant
});

test('nothing complained on the way', () => {
  expect(complaints).toEqual([]);
});

test('without JavaScript it is all there', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const plain = await context.newPage();
  await plain.goto(`${portal.url}/hubs`);
  await expect(plain.getByRole('link', { name: /Enter.*Astronomy/ })).toBeVisible();
  await plain.getByRole('searchbox').fill('nothing like it');
  await plain.getByRole('button', { name: 'Search' }).click();
  await expect(plain.getByText('Astronomy')).toHaveCount(0);
  await plain.goto(`${portal.url}/hubs/astro`);
  await expect(plain.getByRole('link', { name: 'Enter /astro' })).toHaveAttribute(
    'href',
    `${portal.gateUrl}/astro`,
  );
  await plain.goto(`${portal.url}/hubs?view=kiosk`);
  await expect(plain.getByRole('navigation')).toHaveCount(0);
  await expect(plain.getByText('Astronomy')).toBeVisible();
  // It renews itself: the browser asks again without being told.
  expect(await plain.content()).toMatch(/<noscript><meta http-equiv="refresh" content="30"/);
  await context.close();
});
