import { rm } from 'node:fs/promises';
import { Agent } from 'node:https';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';
import { WebSocket } from 'ws';

import { type Apache, type ApacheValues } from './support/apache';
import { startGateBench, type GateBench } from './support/gate-bench';
import { oneConnection, send, type Identity } from './support/https-client';
import { type HubUpstream } from './support/hub-upstream';
import { makeForeignCa, type ForeignCa } from './support/openssl';
import { mustRun } from './support/run';

// The files of deploy/apache, as they are, before a stand-in portal that says what arrived: whatever
// a stranger tries is decided here, whatever the portal may do.

test.describe.configure({ mode: 'serial' });

let bench: GateBench;
let dir: string;
let ca: ForeignCa;
let stranger: ForeignCa;
let hub: HubUpstream;
let apache: Apache;
let values: ApacheValues;
let ports: { http: number; portal: number; gate: number };
let alice: Identity & { serial: string; certFile: string; keyFile: string };
let bob: Identity & { serial: string; certFile: string; keyFile: string };

const gate = (path: string) => `https://gate.localhost:${ports.gate}${path}`;
const portalName = (path: string) => `https://localhost:${ports.portal}${path}`;

const writeMap = (name: string, lines: string[]) => bench.writeMap(name, lines);
const defaultMaps = () => bench.defaultMaps();

test.beforeAll(async () => {
  bench = await startGateBench('hubgate.conf');
  ({ dir, ca, hub, apache, values, ports } = bench);
  stranger = await makeForeignCa(join(dir, 'stranger'), 'Stranger');
  alice = await ca.issue('alice');
  bob = await ca.issue('bob');
});

test.afterAll(() => bench?.stop());

test('the portal is reached over its socket, and is told nothing that the client made up', async () => {
  const forged = {
    'x-ssl-client-verify': 'SUCCESS',
    x_ssl_client_verify: 'SUCCESS',
    'x-ssl-client-s-dn': 'CN=alice',
    'x-ssl-client-cert': 'forged',
    'client-cert': ':forged:',
    'x-hubgate-front': 'forged',
    'x-hubgate-transport': 'unix',
    'x-hubgate-refusal': 'forged',
    'x-forwarded-for': '192.0.2.1',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'http',
  };
  for (const url of [portalName('/certs'), gate('/status/cert-check'), `http://localhost:${ports.http}/ca`]) {
    const answer = await send(url, { ca: ca.rootPem, headers: forged });
    expect(answer.status, url).toBe(200);
    const headers = JSON.parse(answer.text).headers as Record<string, string>;
    expect(JSON.stringify(headers), url).not.toMatch(/forged|CN=alice|192\.0\.2\.1|evil\.example/);
    expect(headers['x-ssl-client-verify'], url).toBe('NONE');
    expect(headers['x_ssl_client_verify'], url).toBeUndefined();
    expect(headers['x-hubgate-transport'], url).toBeUndefined();
    expect(headers['x-forwarded-for'], url).toBe('127.0.0.1');
    expect(headers['x-forwarded-proto'], url).toBe(url.startsWith('https') ? 'https' : 'http');
    expect(headers.host, url).toBe(new URL(url).host);
  }
});

test('copies of our headers in other cases, with underscores and several times tell nothing either', async () => {
  const names = ['X-SSL-Client-Verify', 'X-SSL-Client-Cert', 'X-SSL-Client-S-DN', 'X-Hubgate-Front'];
  const twice = (name: string): [string, string[]] => [name, ['SUCCESS forged', 'CN=mallory forged']];
  const alike = [
    ...names.map((name) => name.toUpperCase()),
    ...names.map((name) => name.toLowerCase().replaceAll('-', '_')),
    'CLIENT-CERT',
  ];
  for (const identity of [undefined, alice]) {
    for (const url of [gate('/status/cert-check'), portalName('/certs')]) {
      const shown = { ca: ca.rootPem, ...(identity === undefined ? {} : { identity }) };
      const answer = await send(url, { ...shown, headers: Object.fromEntries(alike.map(twice)) });
      expect(answer.status, url).toBe(200);
      const headers = JSON.parse(answer.text).headers as Record<string, string>;
      expect(JSON.stringify(headers), url).not.toMatch(/forged|mallory/);
      const known = identity !== undefined && url.startsWith(gate('/'));
      expect(headers['x-ssl-client-verify'], url).toBe(known ? 'SUCCESS' : 'NONE');
      if (known) expect(headers['x-ssl-client-s-dn']).toContain('CN=alice');
    }
  }
});

test('a name that is ours but for a hyphen gets no further, to the portal or a hub', async () => {
  const names = [
    ...['X_SSL-Client-Verify', 'X-SSL_Client-Cert', 'x-ssl-client-s_dn', 'X-SSL-Client_I-DN', 'Client_Cert'],
    ...[
      'X-Hubgate_Front',
      'X_Hubgate-Hub',
      'x_forwarded-proto',
      'X_Scheme',
      'X-Real_IP',
      'client-cert_chain',
    ],
  ];
  for (const name of names) {
    for (const url of [portalName('/certs'), gate('/astro/'), `http://localhost:${ports.http}/ca`]) {
      const shown = { ca: ca.rootPem, identity: alice, headers: { [name]: 'SUCCESS forged' } };
      expect((await send(url, shown)).status, `${name} at ${url}`).toBe(400);
    }
  }
  // Underscores elsewhere are nobody's business.
  const other = { ca: ca.rootPem, headers: { my_own_header: 'x', 'x-xsrf_token': 'x' } };
  expect((await send(portalName('/certs'), other)).status).toBe(200);
});

test('naming our headers in Connection does not take them away', async () => {
  const answer = await send(gate('/status/cert-check'), {
    ca: ca.rootPem,
    identity: alice,
    headers: { connection: 'close, X-SSL-Client-Verify, X-SSL-Client-Cert, X-Scheme, X-Forwarded-Proto' },
  });
  const headers = JSON.parse(answer.text).headers as Record<string, string>;
  expect(headers['x-ssl-client-verify']).toBe('SUCCESS');
  expect(headers['x-ssl-client-cert']).toContain('BEGIN CERTIFICATE');
  expect(headers['x-forwarded-proto']).toBe('https');
});

test('who shows a certificate is named by every header of the contract', async () => {
  const answer = await send(gate('/status/cert-check'), { ca: ca.rootPem, identity: alice });
  const headers = JSON.parse(answer.text).headers as Record<string, string>;
  expect(headers['x-ssl-client-verify']).toBe('SUCCESS');
  expect(headers['x-ssl-client-s-dn']).toContain('CN=alice');
  expect(headers['x-ssl-client-i-dn']).toContain('CN=Gate Signing');
  expect(headers['x-ssl-client-serial']).toBe(alice.serial);
  expect(headers['x-ssl-client-start']).toMatch(/2026 GMT$/);
  expect(headers['x-ssl-client-end']).toMatch(/2036 GMT$/);
  expect(headers['x-ssl-client-cert']).toMatch(/^-----BEGIN CERTIFICATE----- .* -----END CERTIFICATE-----/);
  expect(headers['x-scheme']).toBe('https');
});

test('the portal name never asks for a certificate', async () => {
  const asked = await mustRun(
    'openssl',
    ['s_client', '-connect', `127.0.0.1:${ports.portal}`, '-servername', 'localhost'],
    { input: 'Q\n' },
  );
  expect(asked).toContain('No client certificate CA names sent');
  const gateAsked = await mustRun(
    'openssl',
    ['s_client', '-connect', `127.0.0.1:${ports.gate}`, '-servername', 'gate.localhost'],
    { input: 'Q\n' },
  );
  expect(gateAsked).toContain('Acceptable client certificate CA names');
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
    if (status === 200) expect(body.hub, path).toBe('astro');
    else {
      expect(body, path).toMatchObject({ portal: true, url: '/gate-refused' });
      expect(body.headers['x-hubgate-refusal'], path).toBe(reason);
      expect(body.headers['x-hubgate-hub'], path).toBe(path.split('/')[1]);
    }
  }
});

test('names that are not quite a listed one stay outside', async () => {
  for (const name of [
    'alic',
    'alicee',
    '*',
    '../../../etc/passwd',
    'alice smith',
    'Alice',
    'any',
    '|',
    'alice|ok',
  ]) {
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
  ]) {
    const answer = await send(gate(path), { ca: ca.rootPem });
    expect(answer.status, path).toBeGreaterThanOrEqual(302);
    expect(answer.text, path).not.toContain('"hub"');
  }
  expect(hub.seen.some(({ headers }) => headers['x-ssl-client-verify'] === 'NONE')).toBe(false);
});

test('a registration can neither take a name of ours nor send the gate elsewhere', async () => {
  const evil = await send(gate('/evil/'), { ca: ca.rootPem, identity: alice });
  expect(evil.status).toBe(404);
  const status = await send(gate('/status/cert-check'), { ca: ca.rootPem, identity: alice });
  expect(JSON.parse(status.text).portal).toBe(true);
});

test('a hub gets the visitor, but not what signs them in to the portal', async () => {
  hub.seen.length = 0;
  const answer = await send(gate('/astro/x'), {
    ca: ca.rootPem,
    identity: alice,
    headers: {
      cookie:
        '__Host-hubgate-session=s1; jupyterhub-session=j1; __Secure-next-auth.session-token=s2; _xsrf=x1; __host-hubgate-r-R1=s3',
      'x-hubgate-front': 'guess',
    },
  });
  expect(answer.status).toBe(200);
  const headers = hub.seen[0]?.headers ?? {};
  expect(headers['cookie']).toBe('jupyterhub-session=j1; _xsrf=x1');
  expect(headers['x-hubgate-front']).toBeUndefined();
  expect(headers['x-ssl-client-s-dn']).toContain('CN=alice');
  expect(headers['x-scheme']).toBe('https');
  expect(headers['host']).toBe(`gate.localhost:${ports.gate}`);
  hub.seen.length = 0;
  await send(gate('/astro/y'), {
    ca: ca.rootPem,
    identity: alice,
    headers: { cookie: '__Host-hubgate-session=s1' },
  });
  expect(hub.seen[0]?.headers['cookie'] ?? '').toBe('');
});

function openWebSocket(path: string, identity?: Identity): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`wss://127.0.0.1:${ports.gate}${path}`, {
      headers: { host: `gate.localhost:${ports.gate}` },
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

test('a hub cannot set a cookie of the portal', async () => {
  const answer = await send(gate('/astro/set-cookies'), { ca: ca.rootPem, identity: alice });
  expect((answer.headers['set-cookie'] ?? []).join()).toContain('jupyterhub-session');
  expect((answer.headers['set-cookie'] ?? []).join()).not.toMatch(/hubgate|next-auth/);
});

test('a hub that was entered installs no worker for the whole gate', async () => {
  const answer = await send(gate('/astro/worker.js'), { ca: ca.rootPem, identity: alice });
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.text).hub).toBe('astro');
  expect(answer.headers['service-worker-allowed']).toBeUndefined();
});

test('WebSockets pass the same gate', async () => {
  expect(await openWebSocket('/astro/api/kernels/1/channels', alice)).toBe('echo hello');
  expect(await openWebSocket('/astro/api/kernels/1/channels', bob)).toBe('status 403');
  expect(await openWebSocket('/astro/api/kernels/1/channels')).toBe('status 403');
});

test('access changes at once, without a reload, both ways', async () => {
  await writeMap('access.map', ['open any']);
  expect((await send(gate('/astro/'), { ca: ca.rootPem, identity: alice })).status).toBe(403);
  await writeMap('access.map', ['astro/bob yes']);
  expect((await send(gate('/astro/'), { ca: ca.rootPem, identity: bob })).status).toBe(200);
  expect((await send(gate('/astro/'), { ca: ca.rootPem, identity: alice })).status).toBe(403);
  await writeMap('hubs.map', []);
  expect((await send(gate('/astro/'), { ca: ca.rootPem, identity: bob })).status).toBe(404);
  await defaultMaps();
  expect((await send(gate('/astro/'), { ca: ca.rootPem, identity: alice })).status).toBe(200);
});

test('everybody of a listed unit gets in, and no name stands for a unit', async () => {
  const alike: Identity[] = [];
  for (const name of ['ou:astro/Guests', '/Guests', '=version']) alike.push(await ca.issue(name));
  await writeMap('access.map', ['=version 1', 'ou:astro/Tests yes']);
  const ask = async (identity: Identity) =>
    (await send(gate('/astro/'), { ca: ca.rootPem, identity })).status;
  expect(await ask(bob)).toBe(200);
  await writeMap('access.map', ['=version 2', 'ou:astro/Guests yes']);
  expect(await ask(bob)).toBe(403);
  for (const identity of alike) expect(await ask(identity)).toBe(403);
  await defaultMaps();
});

test('a name of an event stays out of what is open to everybody else, on an open connection too', async () => {
  const odd = await ca.issue('ev odd');
  const status = async (path: string, identity: Identity) =>
    (await send(gate(path), { ca: ca.rootPem, identity })).status;
  const agent = oneConnection();
  const onward = async () => (await send(gate('/open/'), { ca: ca.rootPem, identity: bob, agent })).status;
  expect(await onward()).toBe(200);
  await writeMap('access.map', [
    ...['astro/alice yes', 'astro/bob no', 'ou:astro/Tests yes'],
    ...['open/bob no', 'open/ev%20odd no', 'open any'],
  ]);
  expect(await onward()).toBe(403);
  expect(await status('/astro/', bob)).toBe(403); // of the unit all the same
  expect(await status('/open/', odd)).toBe(403);
  expect(await status('/open/', alice)).toBe(200);
  expect(await status('/astro/', odd)).toBe(200);
  await defaultMaps();
  expect(await onward()).toBe(200);
  agent.destroy();
});

test('the gate tells which list it goes by, from the moment it was replaced', async () => {
  const version = async () => {
    const answer = await send(gate('/gate-access'), { ca: ca.rootPem });
    expect(answer.status).toBe(204);
    return answer.headers['x-hubgate-access'];
  };
  for (const said of ['0a1b', 'ffff', '0a1b']) {
    await writeMap('access.map', [`=version ${said}`, 'open any']);
    expect(await version()).toBe(said);
  }
  await defaultMaps();
  expect(await version()).toBe('none');
});

test('where there is no hub the page of the portal says so; programs get a plain 404', async () => {
  const page = await send(gate('/lost/hub/login?x=1'), { ca: ca.rootPem });
  expect(page.status).toBe(404);
  expect(JSON.parse(page.text)).toMatchObject({ portal: true, url: '/gate-no-hub/lost?x=1' });
  const sent = await send(gate('/lost/hub/login'), { ca: ca.rootPem, method: 'POST', body: 'x' });
  expect(sent.status).toBe(404);
  expect(sent.text).toContain('There is no hub at this address');
});

test('a hub that does not answer is told as such, to who may enter it', async () => {
  await writeMap('hubs.map', ['astro http://127.0.0.1:1']);
  const down = await send(gate('/astro/'), { ca: ca.rootPem, identity: alice });
  expect(down.status).toBe(503);
  expect(JSON.parse(down.text)).toMatchObject({ portal: true, url: '/gate-hub-down' });
  expect(JSON.parse(down.text).headers['x-hubgate-hub']).toBe('astro');
  const other = await send(gate('/astro/'), { ca: ca.rootPem, identity: bob });
  expect(JSON.parse(other.text).url).toBe('/gate-refused');
  await defaultMaps();
});

test('a hub is told the account, encoded, and what a client says of it is forgotten', async () => {
  hub.seen.length = 0;
  const forged = { 'x-ssl-client-cn': 'root', 'x-hubgate-secret': 'guess' };
  const odd = await ca.issue('odd name, 100%');
  await send(gate('/open/a'), { ca: ca.rootPem, identity: alice, headers: forged });
  await send(gate('/open/b'), { ca: ca.rootPem, identity: odd, headers: forged });
  const [first, second] = hub.seen.map(({ headers }) => headers);
  expect(first?.['x-ssl-client-cn']).toBe('alice');
  expect(decodeURIComponent(String(second?.['x-ssl-client-cn']))).toBe('odd name, 100%');
  expect(first?.['x-hubgate-secret']).toBeUndefined();
});

test('a revoked certificate is refused on the next request of an open connection', async () => {
  const agent = oneConnection();
  try {
    const open = await send(gate('/open/'), { ca: ca.rootPem, identity: bob, agent });
    expect(open.status).toBe(200);
    await writeMap('revoked.map', ['complete yes', `${bob.serial} revoked`]);
    const closed = await send(gate('/open/'), { ca: ca.rootPem, identity: bob, agent });
    expect(closed).toMatchObject({ status: 403, reusedSocket: true });
    expect(JSON.parse(closed.text).headers).toMatchObject({
      'x-hubgate-refusal': 'revoked',
      'x-ssl-client-verify': 'FAILED:certificate revoked',
    });
    const check = await send(gate('/status/cert-check'), { ca: ca.rootPem, identity: bob, agent });
    expect(JSON.parse(check.text).headers['x-ssl-client-verify']).toBe('FAILED:certificate revoked');
    expect((await send(gate('/open/'), { ca: ca.rootPem, identity: alice })).status).toBe(200);
  } finally {
    agent.destroy();
    await defaultMaps();
  }
});

test('an emptied or missing list of the revoked admits nobody', async () => {
  await writeMap('revoked.map', []);
  expect((await send(gate('/open/'), { ca: ca.rootPem, identity: alice })).status).toBe(403);
  const unknown = await send(gate('/open/'), { ca: ca.rootPem, identity: alice });
  expect(JSON.parse(unknown.text).headers).toMatchObject({
    'x-hubgate-refusal': 'revocations-unknown',
    'x-ssl-client-verify': 'SUCCESS',
  });
  await rm(join(values.MAPS_DIR, 'revoked.map'));
  expect((await send(gate('/open/'), { ca: ca.rootPem, identity: alice })).status).toBe(403);
  await defaultMaps();
  expect((await send(gate('/open/'), { ca: ca.rootPem, identity: alice })).status).toBe(200);
});

test('expired, not yet valid, foreign and server certificates fail the handshake', async () => {
  const refused: [string, Identity][] = [
    ['expired', await ca.issue('alice', { notBefore: '20250101000000Z', notAfter: '20250201000000Z' })],
    ['not yet valid', await ca.issue('alice', { notBefore: '20350101000000Z' })],
    ['foreign', await stranger.issue('alice')],
    ['server', await ca.issue('alice', { usage: 'serverAuth' })],
  ];
  for (const [what, identity] of refused) {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      await expect(send(gate('/open/'), { ca: ca.rootPem, identity, maxVersion }), what).rejects.toThrow(
        /alert|ECONNRESET|EPIPE|closed/i,
      );
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
        `127.0.0.1:${ports.gate}`,
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

test('the gate carries nothing else of the portal', async () => {
  for (const path of [
    '/admin',
    '/certs',
    '/sign-in',
    '/api/v1/requests',
    '/api/auth/session',
    '/metrics',
    '/ca',
    '/status',
    '/trust/proof',
  ]) {
    expect((await send(gate(path), { ca: ca.rootPem, identity: alice })).status, path).toBe(404);
  }
  // Where its root leads is the portal's to say.
  expect((await send(gate('/'), { ca: ca.rootPem })).status).toBe(200);
});

test('the canary answers for proofs only', async () => {
  const canary = (path: string) =>
    send(`https://canary.localhost:${ports.portal}${path}`, { ca: ca.rootPem });
  expect((await canary('/trust/proof?nonce=1')).status).toBe(200);
  for (const path of ['/', '/admin', '/trust', '/certs', '/status/cert-check']) {
    expect((await canary(path)).status, path).toBe(404);
  }
});

test('http carries the first steps; everything else leads to https', async () => {
  const http = (path: string) => send(`http://localhost:${ports.http}${path}`);
  for (const path of [
    '/',
    '/ca',
    '/ca/root-ca.crt',
    '/crl/signing-ca.crl',
    '/status',
    '/_next/static/x.js',
  ]) {
    expect((await http(path)).status, path).toBe(200);
  }
  for (const path of ['/certs/new?x=1', '/admin', '/status/cert-check', '/caffeine', '/api/v1/requests']) {
    const answer = await http(path);
    expect(answer.status, path).toBe(308);
    expect(answer.headers.location, path).toBe(portalName(path));
  }
});

test('a name of one virtual host does not open another', async () => {
  // SNI of the portal, which asks for no certificate, with the gate's name as Host.
  const answer = await send(portalName('/astro/'), {
    ca: ca.rootPem,
    headers: { host: `gate.localhost:${ports.gate}` },
  });
  expect(answer.text).not.toContain('"hub"');
});

test('with the CRLs in place, the CRL is a second lock', async () => {
  await ca.revoke(bob.certFile);
  await ca.writeCrls(values.CRL_FILE);
  await apache.graceful();
  await expect(send(gate('/open/'), { ca: ca.rootPem, identity: bob, agent: new Agent() })).rejects.toThrow(
    /alert|ECONNRESET|EPIPE/i,
  );
  expect((await send(gate('/open/'), { ca: ca.rootPem, identity: alice })).status).toBe(200);
  expect((await send(gate('/open/'), { ca: ca.rootPem })).status).toBe(403);
});
