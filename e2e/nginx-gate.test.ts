import { rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';
import { WebSocket } from 'ws';

import { startGateSite, type GateSite } from './support/gate-bench';
import { send, type Identity } from './support/https-client';
import { startNginx, type Nginx } from './support/nginx';
import { makeForeignCa, type ForeignCa } from './support/openssl';
import { mustRun } from './support/run';

// The files of deploy/nginx, as they are, before a stand-in portal that says what arrived.

test.describe.configure({ mode: 'serial' });

type Holder = Identity & { serial: string; certFile: string; keyFile: string };

let site: GateSite;
let nginx: Nginx;
let ca: ForeignCa;
let stranger: ForeignCa;
let alice: Holder;
let bob: Holder;

const gate = (path: string) => `https://gate.localhost:${site.ports.gate}${path}`;
const portalName = (path: string) => `https://localhost:${site.ports.portal}${path}`;
const arrived = (text: string) => JSON.parse(text).headers as Record<string, string>;

test.beforeAll(async () => {
  site = await startGateSite();
  ca = site.ca;
  stranger = await makeForeignCa(join(site.dir, 'stranger'), 'Stranger');
  alice = await ca.issue('alice');
  bob = await ca.issue('bob');
  await ca.writeCrls(site.values.CRL_FILE);
  nginx = await startNginx({ dir: join(site.dir, 'nginx'), values: site.values });
});

test.afterAll(async () => {
  await nginx?.stop();
  await site?.stop();
});

test('the portal is told nothing that the client made up', async () => {
  const forged = {
    'x-ssl-client-verify': 'SUCCESS',
    x_ssl_client_verify: 'SUCCESS',
    'X-SSL-Client-S-DN': 'CN=alice',
    'x-ssl-client-cert': 'forged',
    'client-cert': ':forged:',
    'x-hubgate-front': 'forged',
    'x-hubgate-transport': 'unix',
    'x-hubgate-refusal': 'forged',
    'x-forwarded-for': '192.0.2.1',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'gopher',
    'x-middleware-subrequest': 'forged',
    connection: 'close, X-SSL-Client-Verify, X-Forwarded-Proto',
  };
  for (const url of [
    portalName('/certs'),
    gate('/status/cert-check'),
    `http://localhost:${site.ports.http}/ca`,
  ]) {
    const answer = await send(url, { ca: ca.rootPem, headers: forged });
    expect(answer.status, url).toBe(200);
    const headers = arrived(answer.text);
    expect(JSON.stringify(headers), url).not.toMatch(/forged|CN=alice|192\.0\.2\.1|evil\.example|gopher/);
    expect(headers['x-ssl-client-verify'], url).toBe('NONE');
    expect(headers['x_ssl_client_verify'], url).toBeUndefined();
    expect(headers['x-hubgate-transport'], url).toBeUndefined();
    expect(headers['x-forwarded-for'], url).toBe('127.0.0.1');
    expect(headers['x-forwarded-proto'], url).toBe(url.startsWith('https') ? 'https' : 'http');
    expect(headers['host'], url).toBe(new URL(url).host);
  }
});

test('copies of our headers in other cases, with underscores and several times tell nothing either', async () => {
  const names = ['X-SSL-Client-Verify', 'X-SSL-Client-Cert', 'X-SSL-Client-S-DN', 'X-Hubgate-Front'];
  const alike = [
    ...names.map((name) => name.toUpperCase()),
    ...names.map((name) => name.toLowerCase().replaceAll('-', '_')),
    ...['X_SSL-Client-Verify', 'x-ssl-client-s_dn', 'X-Hubgate_Front', 'X_Scheme', 'Client_Cert'],
    'CLIENT-CERT',
  ];
  const headers = Object.fromEntries(alike.map((name) => [name, ['SUCCESS forged', 'CN=mallory forged']]));
  for (const identity of [undefined, alice]) {
    for (const url of [gate('/status/cert-check'), gate('/open/'), portalName('/certs')]) {
      const shown = { ca: ca.rootPem, ...(identity === undefined ? {} : { identity }) };
      const seen = arrived((await send(url, { ...shown, headers })).text);
      expect(JSON.stringify(seen), url).not.toMatch(/forged|mallory/);
      const known = identity !== undefined && url.startsWith(gate('/'));
      expect(seen['x-ssl-client-verify'], url).toBe(known ? 'SUCCESS' : 'NONE');
      if (known) expect(seen['x-ssl-client-s-dn']).toContain('CN=alice');
    }
  }
});

test('who shows a certificate is named by every header of the contract', async () => {
  const answer = await send(gate('/status/cert-check'), { ca: ca.rootPem, identity: alice });
  const headers = arrived(answer.text);
  expect(headers['x-ssl-client-verify']).toBe('SUCCESS');
  expect(headers['x-ssl-client-s-dn']).toMatch(/^CN=alice,/);
  expect(headers['x-ssl-client-i-dn']).toContain('CN=Gate Signing');
  expect(headers['x-ssl-client-serial']).toBe(alice.serial);
  expect(decodeURIComponent(headers['x-ssl-client-cert'] ?? '')).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
});

test('the portal name never asks for a certificate, the gate does', async () => {
  const asked = (port: number, name: string) =>
    mustRun('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', name], { input: 'Q\n' });
  expect(await asked(site.ports.portal, 'localhost')).toContain('No client certificate CA names sent');
  expect(await asked(site.ports.gate, 'gate.localhost')).toContain('Acceptable client certificate CA names');
});

test('the gate lets in who is listed, and explains to everybody else', async () => {
  const paths: [string, Identity | undefined, number, string][] = [
    ['/astro/hub/login?x=1%202', alice, 200, ''],
    ['/astro/hub/', bob, 403, 'not-listed'],
    ['/astro/hub/', undefined, 403, 'none-shown'],
    ['/open/hub/', bob, 200, ''],
    ['/open/hub/', undefined, 403, 'none-shown'],
    ['/astro', alice, 200, ''],
  ];
  for (const [path, identity, status, reason] of paths) {
    const answer = await send(gate(path), { ca: ca.rootPem, ...(identity ? { identity } : {}) });
    expect(answer.status, path).toBe(status);
    const body = JSON.parse(answer.text);
    if (status === 200) {
      expect(body.hub, path).toBe('astro');
      expect(body.url, path).toBe(path);
    } else {
      expect(body, path).toMatchObject({ portal: true, url: '/gate-refused' });
      expect(body.headers['x-hubgate-refusal'], path).toBe(reason);
      expect(body.headers['x-hubgate-hub'], path).toBe(path.split('/')[1]);
    }
  }
});

test('a path reaches the hub as it was sent', async () => {
  const path = '/open/user/a%2Fb/files/x%20y%3F%23.txt?q=%2F&r=a+b';
  const answer = await send(gate(path), { ca: ca.rootPem, identity: bob });
  expect(JSON.parse(answer.text).url).toBe(path);
});

test('names that are not quite a listed one stay outside', async () => {
  for (const name of ['alic', 'alicee', '*', 'alice smith', 'Alice', 'any', 'x/CN=alice', 'alice,OU=x']) {
    const answer = await send(gate('/astro/hub/'), { ca: ca.rootPem, identity: await ca.issue(name) });
    expect(answer.status, name).toBe(403);
  }
});

test('a certificate with two names is for nobody: others would read the other one', async () => {
  for (const [first, also] of [
    ['alice', 'mallory'],
    ['mallory', 'alice'],
  ] as const) {
    const identity = await ca.issue(first, { also });
    for (const path of ['/astro/', '/open/']) {
      const answer = await send(gate(path), { ca: ca.rootPem, identity });
      expect(answer.status, `${first} and ${also} at ${path}`).toBe(403);
      expect(JSON.parse(answer.text).headers['x-hubgate-refusal']).toBe('not-listed');
    }
  }
});

test('tricks with the path do not get around the gate', async () => {
  for (const path of [
    '//astro/hub',
    '/%61stro/hub',
    '/x/../astro/hub',
    '/./astro/hub',
    '/ASTRO/hub',
    '/astro;x/hub',
    '/astro%2Fhub',
    '/open/../astro/hub',
    '/open/%2e%2e/astro/hub',
    '/status/cert-check/../../astro/hub',
  ]) {
    site.hub.seen.length = 0;
    const answer = await send(gate(path), { ca: ca.rootPem, identity: bob });
    expect(JSON.parse(answer.text.startsWith('{') ? answer.text : '{}').hub, path).toBeUndefined();
    expect(site.hub.seen, path).toEqual([]);
  }
});

test('a registration can neither take a name of ours nor send the gate elsewhere', async () => {
  expect((await send(gate('/evil/'), { ca: ca.rootPem, identity: alice })).status).toBe(404);
  const status = await send(gate('/status/cert-check'), { ca: ca.rootPem, identity: alice });
  expect(JSON.parse(status.text).portal).toBe(true);
});

test('a hub gets the visitor, but not what signs them in to the portal', async () => {
  const cookies: [string, RegExp | null][] = [
    [
      '__Host-hubgate-session=s1; jupyterhub-session=j1; __Secure-next-auth.session-token=s2; _xsrf=x1; __host-hubgate-r-R1=s3',
      /^jupyterhub-session=j1; _xsrf=x1;?$/,
    ],
    ['__Host-hubgate-session=s1', null],
    ['a=1; __Host-hubgate-session=s1', /^a=1;?$/],
    [Array.from({ length: 7 }, (_, index) => `hubgate-${index}=s${index}`).join('; '), null],
  ];
  for (const [cookie, left] of cookies) {
    site.hub.seen.length = 0;
    const answer = await send(gate('/astro/x'), {
      ca: ca.rootPem,
      identity: alice,
      headers: { cookie, 'x-hubgate-front': 'guess' },
    });
    expect(answer.status).toBe(200);
    const headers = site.hub.seen[0]?.headers ?? {};
    const got = String(headers['cookie'] ?? '').trim();
    if (left === null) expect(got, cookie).toBe('');
    else expect(got, cookie).toMatch(left);
    expect(headers['x-hubgate-front']).toBeUndefined();
    expect(headers['x-ssl-client-s-dn']).toContain('CN=alice');
    expect(headers['x-scheme']).toBe('https');
    expect(headers['host']).toBe(`gate.localhost:${site.ports.gate}`);
  }
});

test('a hub that was entered installs no worker for the whole gate', async () => {
  const answer = await send(gate('/astro/worker.js'), { ca: ca.rootPem, identity: alice });
  expect(JSON.parse(answer.text).hub).toBe('astro');
  expect(answer.headers['service-worker-allowed']).toBeUndefined();
});

function openWebSocket(path: string, identity?: Identity): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`wss://127.0.0.1:${site.ports.gate}${path}`, {
      headers: { host: `gate.localhost:${site.ports.gate}` },
      agent: new Agent({
        ca: ca.rootPem,
        servername: 'gate.localhost',
        ...(identity ? { cert: String(identity.cert), key: String(identity.key) } : {}),
      }),
    });
    socket.on('open', () => socket.send('hello'));
    socket.on('message', (data: Buffer) => {
      resolve(data.toString('utf8'));
      socket.close();
    });
    socket.on('unexpected-response', (_request, response) => resolve(`status ${response.statusCode}`));
    socket.on('error', reject);
  });
}

test('WebSockets pass the same gate', async () => {
  expect(await openWebSocket('/astro/api/kernels/1/channels', alice)).toBe('echo hello');
  expect(await openWebSocket('/astro/api/kernels/1/channels', bob)).toBe('status 403');
  expect(await openWebSocket('/astro/api/kernels/1/channels')).toBe('status 403');
});

test('after its refresh the gate follows the maps, both ways', async () => {
  await site.writeMap('access.map', ['open any', 'default any', 'astro/bob yes', 'astro/Mar%c3%ada yes']);
  const ran = await nginx.refresh();
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stderr).toContain('1 lines of access.map name accounts');
  expect((await send(gate('/astro/'), { ca: ca.rootPem, identity: alice })).status).toBe(403);
  expect((await send(gate('/astro/'), { ca: ca.rootPem, identity: bob })).status).toBe(200);
  await site.writeMap('hubs.map', []);
  await nginx.refresh();
  expect((await send(gate('/astro/'), { ca: ca.rootPem, identity: bob })).status).toBe(404);
  await site.defaultMaps();
  await nginx.refresh();
  expect((await send(gate('/astro/'), { ca: ca.rootPem, identity: alice })).status).toBe(200);
});

test('a name of an event stays out of what is open to everybody else', async () => {
  const maria = await ca.issue('Maria');
  const status = async (path: string, identity: Identity) =>
    (await send(gate(path), { ca: ca.rootPem, identity })).status;
  const lists = ['astro/alice yes', 'astro/bob no', 'ou:astro/Tests yes', 'open/bob no', 'open any'];
  await site.writeMap('access.map', lists);
  expect((await nginx.refresh()).stderr).toBe('');
  expect(await status('/astro/', bob)).toBe(403); // of the unit all the same
  expect(await status('/open/', bob)).toBe(403);
  expect(await status('/open/', alice)).toBe(200);
  expect(await status('/open/', maria)).toBe(200);
  // What cannot be told from others by its name keeps all of them out.
  await site.writeMap('access.map', ['open/Maria no', 'open/An%20a no', ...lists]);
  const ran = await nginx.refresh();
  expect(ran.code, ran.stderr).toBe(0);
  expect(await status('/open/', maria)).toBe(403);
  expect(await status('/open/', await ca.issue('Other'))).toBe(403);
  expect(await status('/open/', bob)).toBe(403);
  expect(await status('/open/', alice)).toBe(200);
  await site.defaultMaps();
  await nginx.refresh();
  expect(await status('/open/', maria)).toBe(200);
});

test('after its refresh everybody of a unit gets in, and the gate tells which list it goes by', async () => {
  const version = async () => {
    const answer = await send(gate('/gate-access'), { ca: ca.rootPem });
    expect(answer.status).toBe(204);
    return answer.headers['x-hubgate-access'];
  };
  await site.writeMap('access.map', ['=version 0a1b', 'ou:astro/Tests yes', 'ou:open/My%20Unit yes']);
  const ran = await nginx.refresh();
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stderr).toContain('1 lines of access.map name accounts or units');
  expect(await version()).toBe('0a1b');
  expect((await send(gate('/astro/'), { ca: ca.rootPem, identity: bob })).status).toBe(200);
  expect((await send(gate('/open/'), { ca: ca.rootPem, identity: bob })).status).toBe(403);
  await site.defaultMaps();
  await nginx.refresh();
  expect(await version()).toBe('none');
  expect((await send(gate('/astro/'), { ca: ca.rootPem, identity: bob })).status).toBe(403);
});

test('where there is no hub the page of the portal says so; a hub is told the account', async () => {
  const lost = await send(gate('/lost/hub/login?x=1'), { ca: ca.rootPem });
  expect(lost.status).toBe(404);
  expect(JSON.parse(lost.text)).toMatchObject({ portal: true, url: '/gate-no-hub/lost' });
  const forged = { 'x-ssl-client-cn': 'root', 'x-hubgate-secret': 'guess' };
  const answer = await send(gate('/astro/x'), { ca: ca.rootPem, identity: alice, headers: forged });
  const { headers } = JSON.parse(answer.text) as { headers: Record<string, string> };
  expect(headers['x-ssl-client-cn']).toBe('alice');
  expect(headers['x-hubgate-secret']).toBeUndefined();
});

test('a hub that does not answer is told as such, to who may enter it, also in an upload', async () => {
  const rude = createServer((socket) => socket.once('data', () => socket.destroy()));
  await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve));
  const { port } = rude.address() as AddressInfo;
  try {
    await site.writeMap('hubs.map', ['astro http://127.0.0.1:1', `open http://127.0.0.1:${port}`]);
    await nginx.refresh();
    const upload = { method: 'POST', body: 'x'.repeat(300_000) };
    for (const [hub, more] of [
      ['astro', {}],
      ['astro', upload],
      ['open', {}],
      ['open', upload],
    ] as const) {
      const what = `${hub} ${'method' in more ? more.method : 'GET'}`;
      const down = await send(gate(`/${hub}/hub/x?y=1`), { ca: ca.rootPem, identity: alice, ...more });
      expect(down.status, what).toBe(503);
      const said = JSON.parse(down.text);
      expect(said, what).toMatchObject({ portal: true, url: '/gate-hub-down' });
      expect(said.headers['x-hubgate-hub'], what).toBe(hub);
      expect(said.headers['content-length'] ?? '0', what).toBe('0');
    }
    const other = await send(gate('/astro/'), { ca: ca.rootPem, identity: bob });
    expect(JSON.parse(other.text).url).toBe('/gate-refused');
  } finally {
    rude.close();
    await site.defaultMaps();
    await nginx.refresh();
  }
});

test('names that differ in case alone do not hold the refresh up: nginx compares without case', async () => {
  await site.writeMap('access.map', [
    'open any',
    'open any',
    'astro/alice yes',
    'astro/alice yes',
    'ou:astro/NLHPC yes',
    'ou:astro/nlhpc yes',
  ]);
  await site.writeMap('revoked.map', ['complete yes', `${bob.serial} revoked`, `${bob.serial} revoked`]);
  const ran = await nginx.refresh();
  expect(ran.code, ran.stderr).toBe(0);
  expect((await send(gate('/astro/'), { ca: ca.rootPem, identity: alice })).status).toBe(200);
  expect((await send(gate('/open/'), { ca: ca.rootPem, identity: bob })).status).toBe(403);
  await site.defaultMaps();
  await nginx.refresh();
  expect((await send(gate('/open/'), { ca: ca.rootPem, identity: bob })).status).toBe(200);
});

test('a map that nginx would not load changes nothing, and holds no revocation back', async () => {
  // Longer than a bucket of nginx's table can be.
  await site.writeMap('access.map', ['open any', `astro/${'a'.repeat(8000)} yes`]);
  await site.writeMap('revoked.map', ['complete yes', `${bob.serial} revoked`]);
  const ran = await nginx.refresh();
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain('the ones before are back in place');
  // A worker of before may still answer.
  await expect
    .poll(async () => arrived((await send(gate('/open/'), { ca: ca.rootPem, identity: bob })).text))
    .toMatchObject({ 'x-hubgate-refusal': 'revoked' });
  expect((await send(gate('/astro/'), { ca: ca.rootPem, identity: alice })).status).toBe(200);
  await site.defaultMaps();
  await nginx.refresh();
  expect((await send(gate('/open/'), { ca: ca.rootPem, identity: bob })).status).toBe(200);
});

test('a certificate in revoked.map is refused after the refresh, and an emptied list admits nobody', async () => {
  await site.writeMap('revoked.map', ['complete yes', `${bob.serial} revoked`]);
  await nginx.refresh();
  const closed = await send(gate('/open/'), { ca: ca.rootPem, identity: bob });
  expect(closed.status).toBe(403);
  expect(arrived(closed.text)).toMatchObject({
    'x-hubgate-refusal': 'revoked',
    'x-ssl-client-verify': 'FAILED:certificate revoked',
  });
  expect((await send(gate('/open/'), { ca: ca.rootPem, identity: alice })).status).toBe(200);
  await site.writeMap('revoked.map', []);
  await nginx.refresh();
  const unknown = await send(gate('/open/'), { ca: ca.rootPem, identity: alice });
  expect(unknown.status).toBe(403);
  expect(arrived(unknown.text)).toMatchObject({ 'x-hubgate-refusal': 'revocations-unknown' });
  await writeFile(join(site.dir, 'nginx', 'gate', 'revoked.conf'), '');
  await nginx.reload();
  expect((await send(gate('/open/'), { ca: ca.rootPem, identity: alice })).status).toBe(403);
  await site.defaultMaps();
  await nginx.refresh();
  expect((await send(gate('/open/'), { ca: ca.rootPem, identity: alice })).status).toBe(200);
});

test('expired, not yet valid and foreign certificates get the page that says why, and no hub', async () => {
  const refused: [string, Identity][] = [
    ['expired', await ca.issue('alice', { notBefore: '20250101000000Z', notAfter: '20250201000000Z' })],
    ['not-yet-valid', await ca.issue('alice', { notBefore: '20350101000000Z' })],
    ['unknown-issuer', await stranger.issue('alice')],
    ['unknown-issuer', await ca.issue('alice', { usage: 'serverAuth' })],
  ];
  for (const [why, identity] of refused) {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      site.hub.seen.length = 0;
      const answer = await send(gate('/open/'), { ca: ca.rootPem, identity, maxVersion });
      const body = JSON.parse(answer.text);
      expect(body, why).toMatchObject({ portal: true, url: '/gate-refused' });
      expect(body.headers['x-hubgate-refusal'], why).toBe(why);
      expect(body.headers['x-ssl-client-verify'], why).toMatch(/^FAILED:/);
      expect(site.hub.seen, why).toEqual([]);
      const check = await send(gate('/status/cert-check'), { ca: ca.rootPem, identity, maxVersion });
      expect(JSON.parse(check.text), why).toMatchObject({ portal: true, url: '/status/cert-check' });
      expect(arrived(check.text)['x-ssl-client-cert'], why).toContain('BEGIN%20CERTIFICATE');
    }
  }
});

test('a session is not resumed, so that nothing skips the check', async () => {
  for (const version of ['-tls1_2', '-tls1_3']) {
    const printed = await mustRun(
      'openssl',
      [
        's_client',
        version,
        '-reconnect',
        '-connect',
        `127.0.0.1:${site.ports.gate}`,
        '-servername',
        'gate.localhost',
        '-cert',
        alice.certFile,
        '-key',
        alice.keyFile,
      ],
      { input: 'Q\n' },
    );
    expect(printed, version).not.toContain('Reused, ');
  }
});

test('the gate carries nothing else of the portal, and the canary answers for proofs only', async () => {
  for (const path of [
    '/admin',
    '/certs',
    '/sign-in',
    '/api/v1/requests',
    '/metrics',
    '/ca',
    '/trust/proof',
  ]) {
    expect((await send(gate(path), { ca: ca.rootPem, identity: alice })).status, path).toBe(404);
  }
  expect((await send(gate('/'), { ca: ca.rootPem })).status).toBe(200);
  const canary = (path: string) =>
    send(`https://canary.localhost:${site.ports.portal}${path}`, { ca: ca.rootPem });
  expect((await canary('/trust/proof?nonce=1')).status).toBe(200);
  expect((await canary('/admin')).status).toBe(404);
});

test('http carries the first steps; everything else leads to https', async () => {
  const http = (path: string) => send(`http://localhost:${site.ports.http}${path}`);
  for (const path of ['/', '/ca', '/ca/root-ca.crt', '/crl/signing-ca.crl', '/status']) {
    expect((await http(path)).status, path).toBe(200);
  }
  for (const path of ['/certs/new?x=1', '/admin', '/caffeine']) {
    const answer = await http(path);
    expect(answer.status, path).toBe(308);
    expect(answer.headers.location, path).toBe(portalName(path));
  }
});

test('a name of one server does not open another', async () => {
  const answer = await send(portalName('/open/'), {
    ca: ca.rootPem,
    headers: { host: `gate.localhost:${site.ports.gate}` },
  });
  expect(answer.text).not.toContain('"hub"');
});

test('the CRL is a lock of its own, and an expired one shuts everybody out with the reason', async () => {
  await ca.revoke(bob.certFile);
  await ca.writeCrls(site.values.CRL_FILE);
  await nginx.reload();
  const refused = await send(gate('/open/'), { ca: ca.rootPem, identity: bob });
  expect(JSON.parse(refused.text)).toMatchObject({ portal: true, url: '/gate-refused' });
  expect(arrived(refused.text)).toMatchObject({
    'x-ssl-client-verify': 'FAILED:certificate revoked',
    'x-hubgate-refusal': 'revoked',
  });
  expect((await send(gate('/open/'), { ca: ca.rootPem, identity: alice })).status).toBe(200);
  expect((await send(gate('/open/'), { ca: ca.rootPem })).status).toBe(403);

  await ca.writeCrls(site.values.CRL_FILE, { nextUpdate: '20250101000000Z' });
  await nginx.reload();
  const everybody = await send(gate('/open/'), { ca: ca.rootPem, identity: alice });
  expect(arrived(everybody.text)).toMatchObject({ 'x-hubgate-refusal': 'revocations-unknown' });
  await rm(site.values.CRL_FILE);
});
