import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';

import { apacheBlockText } from '../lib/hubs/apache-block';
import { startApache, type Apache } from './support/apache';
import { startGateSite, type GateSite } from './support/gate-bench';
import { send, type Identity } from './support/https-client';

// What `hubgate hubs apache NAME` prints, in the virtual host of deploy/apache: paths arrive byte by byte, and
// the same lists decide. Besides, the secret by which a hub knows the gate.

test.describe.configure({ mode: 'serial' });

const SECRET = 'a-secret-of-this-very-test';
let site: GateSite;
let apache: Apache;
let alice: Identity;
let bob: Identity;

const gate = (path: string) => `https://gate.localhost:${site.ports.gate}${path}`;
const ask = (path: string, identity?: Identity) =>
  send(gate('/'), { ca: site.ca.rootPem, rawPath: path, ...(identity ? { identity } : {}) });

test.beforeAll(async () => {
  site = await startGateSite();
  alice = await site.ca.issue('alice');
  bob = await site.ca.issue('bob');
  const dir = join(site.dir, 'apache');
  await mkdir(join(dir, 'hubgate-hubs.d'), { recursive: true });
  await writeFile(
    join(dir, 'hubgate-hubs.d', 'astro.conf'),
    apacheBlockText({ route: 'astro', upstream: site.hub.origin }),
  );
  // startApache runs configtest first, with ServerRoot at this folder.
  apache = await startApache({
    dir,
    layout: 'hubgate.conf',
    values: site.values,
    edit: (text) => `Define HUBGATE_HUB_SECRET ${SECRET}\n${text}`,
  });
});
test.afterAll(async () => {
  await apache?.stop();
  await site?.stop();
});

test('a name of an event stays out of an open hub', async () => {
  await site.writeMap('access.map', ['astro/bob no', 'astro any']);
  expect((await ask('/astro/x', bob)).status).toBe(403);
  expect((await ask('/astro/x', alice)).status).toBe(200);
  await site.defaultMaps();
});

test('every path arrives as it was sent', async () => {
  for (const path of [
    '/astro/a%2Fb',
    '/astro/a%3Fb?x=1%202',
    '/astro/%C3%A9',
    '/astro/a%23b',
    '/astro/a%252Fb',
  ]) {
    site.hub.seen.length = 0;
    expect((await ask(path, alice)).status, path).toBe(200);
    expect(site.hub.seen[0]?.url, path).toBe(path);
  }
  // Without a block of its own a hub gets the tidied form.
  site.hub.seen.length = 0;
  await ask('/open/a%2Fb', alice);
  expect(site.hub.seen[0]?.url).toBe('/open/a%252Fb');
});

test('the same lists decide, and nothing climbs out of the hub', async () => {
  expect((await ask('/astro/', bob)).status).toBe(403);
  expect((await ask('/astro/')).status).toBe(403);
  expect((await ask('/astro', alice)).status).toBe(200);
  expect(JSON.parse((await ask('/astro-students/', alice)).text).url).toBe('/gate-no-hub/astro-students');
  site.hub.seen.length = 0;
  for (const path of [
    '/open/../astro/x',
    '/open/%2e%2e/astro/x',
    '/astro/x/%2E./y',
    '/astro/..%2Fopen',
    '/astro/.',
  ])
    expect((await ask(path, alice)).status, path).toBe(400);
  expect(site.hub.seen).toEqual([]);
  // Out of it means into another one, by that one's own rules.
  await site.writeMap('access.map', ['astro/alice yes']);
  expect((await ask('/astro/../open/', alice)).status).toBe(403);
  expect((await ask('/astro/%2e%2e/open/', alice)).status).toBe(403);
  await site.writeMap('access.map', ['open any']);
  expect((await ask('/astro/', alice)).status).toBe(403);
  await site.defaultMaps();
  expect((await ask('/astro/x?y=/../z', alice)).status).toBe(200);
});

test('the secret goes to the process of the hub, never to notebooks or to the portal', async () => {
  const secretAt = async (path: string) => {
    site.hub.seen.length = 0;
    const answer = await send(gate('/'), {
      rawPath: path,
      ca: site.ca.rootPem,
      identity: alice,
      headers: { 'x-hubgate-secret': 'guess' },
    });
    return answer.status === 200 ? site.hub.seen[0]?.headers['x-hubgate-secret'] : answer.status;
  };
  expect(await secretAt('/astro/hub/login?next=')).toBe(SECRET);
  expect(await secretAt('/open/hub/login')).toBe(SECRET);
  for (const path of [
    '/astro/user/alice/',
    '/astro/user/alice/hub/',
    '/open/user/alice/hub/x',
    '/open/hubs/x',
    '/astro/%68ub/login',
    '/open/x?/astro/hub/',
  ])
    expect(await secretAt(path), path).toBeUndefined();
  expect(await secretAt('/open/hub/../user/mallory/')).toBeUndefined();
  const portal = await ask('/status/cert-check', alice);
  expect(portal.text).not.toContain(SECRET);
});
