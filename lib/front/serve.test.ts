import { mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import {
  createServer as createNetServer,
  connect as netConnect,
  type AddressInfo,
  type Socket,
} from 'node:net';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as tlsConnect, type ConnectionOptions } from 'node:tls';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

import { loadConfig, type LoadedConfig } from '../config/load';
import { FrontPki, type TestIdentity } from '../testing/front-pki';
import { serveFront, type Front } from './serve';

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string };
type Answer = { status: number; headers: IncomingMessage['headers']; body: string };

let loaded: LoadedConfig;
let front: Front;
let portal: Server;
let hub: Server;
let pki: FrontPki;
let alice: TestIdentity;
let bob: TestIdentity;
let expired: TestIdentity;
let foreign: TestIdentity;
const seen: { portal: Seen[]; hub: Seen[] } = { portal: [], hub: [] };
let ports: { http: number; portal: number; gate: number };
let aborted = 0;

const freePort = () =>
  new Promise<number>((resolve) => {
    const probe = createNetServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });

function record(list: Seen[], answer: (seen: Seen, response: ServerResponse) => void) {
  return (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      list.push(one);
      answer(one, response);
    });
  };
}

function writeMap(name: string, text: string) {
  const file = join(loaded.paths.mapsDir, name);
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

function get(
  where: 'portal' | 'gate' | 'canary',
  path: string,
  options: {
    as?: TestIdentity;
    headers?: Record<string, string>;
    method?: string;
    body?: string;
    agent?: unknown;
  } = {},
): Promise<Answer> {
  const name = { portal: 'localhost', gate: 'gate.localhost', canary: 'canary.localhost' }[where];
  const port = where === 'gate' ? ports.gate : ports.portal;
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      {
        host: '127.0.0.1',
        servername: name,
        port,
        path,
        method: options.method ?? 'GET',
        headers: { host: `${name}:${port}`, ...options.headers },
        ca: pki.root.certificate.toString('pem'),
        agent: (options.agent ?? false) as never,
        ...(options.as === undefined ? {} : { cert: options.as.cert, key: options.as.key }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(options.body);
  });
}

function plain(path: string, host = `localhost:${ports.http}`): Promise<Answer> {
  return new Promise((resolve, reject) => {
    httpRequest({ host: '127.0.0.1', port: ports.http, path, headers: { host } }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    })
      .on('error', reject)
      .end();
  });
}

/** Sends a request as it is and gives the beginning of the answer; leaves the connection open. */
function talk(socket: Socket, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('data', (chunk: Buffer) => resolve(chunk.toString()));
    socket.once('error', reject);
    socket.write(text);
  });
}

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hg-front-'));
  ports = { http: await freePort(), portal: await freePort(), gate: await freePort() };
  writeFileSync(
    join(folder, 'hubgate.toml'),
    `[site]\nurl = "https://localhost:${ports.portal}"\nhttpUrl = "http://localhost:${ports.http}"\n` +
      `gateUrl = "https://gate.localhost:${ports.gate}"\ncanaryUrl = "https://canary.localhost:${ports.portal}"\n`,
  );
  loaded = loadConfig({ env: {}, cwd: folder });
  for (const path of [loaded.paths.runDir, loaded.paths.mapsDir]) mkdirSync(path, { recursive: true });
  pki = await FrontPki.create();
  await pki.install(loaded.paths, ['localhost', 'gate.localhost', 'canary.localhost']);
  alice = await pki.client('CN=alice,OU=NLHPC');
  bob = await pki.client('CN=bob,OU=NLHPC');
  expired = await pki.client('CN=alice,OU=NLHPC', -400);
  foreign = await (await FrontPki.create()).client('CN=alice,OU=NLHPC');

  portal = createServer(
    record(seen.portal, ({ url }, response) => {
      if (url?.endsWith('/events') === true) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('data: 1\n\n');
        response.on('close', () => (aborted += 1));
        return;
      }
      response.writeHead(200, { 'set-cookie': '__Host-hubgate-s=1' });
      response.end(`portal ${url}`);
    }),
  ).listen(loaded.paths.portalSocket);
  hub = createServer(
    record(seen.hub, ({ url }, response) => {
      response.setHeader('set-cookie', ['__Host-hubgate-s=stolen', 'jupyterhub=1']);
      response.setHeader('service-worker-allowed', '/');
      if (url === '/astro/progress') return void response.write('still working');
      response.end(`hub ${url}`);
    }),
  ).listen(0, '127.0.0.1');
  const sockets = new WebSocketServer({ server: hub });
  sockets.on('connection', (socket) =>
    socket.on('message', (data) => socket.send(`echo ${(data as Buffer).toString()}`)),
  );
  await new Promise((resolve) => hub.once('listening', resolve));
  front = await serveFront(loaded, 'f'.repeat(64), () => new Date());
});

beforeEach(() => {
  seen.portal.length = 0;
  seen.hub.length = 0;
  writeMap(
    'hubs.map',
    `astro http://127.0.0.1:${(hub.address() as AddressInfo).port}\nevil http://example.org:80\n`,
  );
  writeMap('access.map', 'astro/alice yes\n');
  writeMap('revoked.map', 'complete yes\n');
});

afterAll(async () => {
  await front.close(100);
  portal.close();
  hub.closeAllConnections();
  hub.close();
});

describe('plain http', () => {
  it.each([
    '/',
    '/ca',
    '/ca/root-ca.crt',
    '/crl/root-ca.crl',
    '/status',
    '/_next/static/x.js',
    '/fonts/x.woff2',
  ])('serves %s and says that it came over http', async (path) => {
    expect(await plain(path)).toMatchObject({ status: 200, body: `portal ${path}` });
    expect(seen.portal[0]?.headers).toMatchObject({
      'x-forwarded-proto': 'http',
      'x-ssl-client-verify': 'NONE',
    });
  });

  it.each([
    '/admin',
    '/certs/new?x=1',
    '/ca/../admin',
    '/ca/%2e%2e/admin',
    '//evil.example/',
    '/status/cert-check',
  ])('leads %s to https', async (path) => {
    const answer = await plain(path);
    expect(answer.status).toBe(308);
    expect(answer.headers.location).toBe(`https://localhost:${ports.portal}${path}`);
    expect(seen.portal).toHaveLength(0);
  });

  it('leads the name of the gate to the gate', async () => {
    const answer = await plain('/', `gate.localhost:${ports.http}`);
    expect(answer.headers.location).toBe(`https://gate.localhost:${ports.gate}/`);
  });
});

describe('what reaches the portal', () => {
  it('replaces forged headers, in any spelling, and adds the secret of the front', async () => {
    await get('portal', '/', {
      headers: {
        'X-SSL-Client-Verify': 'SUCCESS',
        X_SSL_Client_Verify: 'SUCCESS',
        'x-ssl_client-cert': 'x',
        'X-Hubgate-Front': 'x',
        X_Hubgate_Transport: 'unix',
        'X-Forwarded-For': '1.2.3.4',
        'X-Forwarded-Host': 'evil',
        Forwarded: 'for=1.2.3.4',
        'Client-Cert': ':x:',
        'X-Middleware-Subrequest': 'x',
        Connection: 'X-Forwarded-Proto, X-SSL-Client-Verify, X-Hubgate-Front, Accept',
        Accept: 'text/html',
      },
    });
    const headers = seen.portal[0]?.headers ?? {};
    expect(headers).toMatchObject({
      'x-ssl-client-verify': 'NONE',
      'x-hubgate-front': 'f'.repeat(64),
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'https',
      host: `localhost:${ports.portal}`,
    });
    const names = Object.keys(headers).map((name) => name.replaceAll('_', '-'));
    for (const gone of [
      'x-ssl-client-cert',
      'x-hubgate-transport',
      'x-forwarded-host',
      'forwarded',
      'client-cert',
      'x-middleware-subrequest',
      'accept',
    ]) {
      expect(names).not.toContain(gone);
    }
    expect(names.filter((name) => name === 'x-ssl-client-verify')).toHaveLength(1);
  });

  it('asks for no certificate on the names of portal and canary', async () => {
    for (const name of ['portal', 'canary'] as const) await get(name, '/', { as: alice });
    expect(seen.portal.map(({ headers }) => headers['x-ssl-client-verify'])).toEqual(['NONE', 'NONE']);
  });

  it('keeps the portal’s cookies, and never sends HSTS for localhost', async () => {
    const answer = await get('portal', '/');
    expect(answer.headers['set-cookie']).toEqual(['__Host-hubgate-s=1']);
    expect(answer.headers['strict-transport-security']).toBeUndefined();
  });

  it('passes a body on, and refuses one that is too large, declared or not', async () => {
    expect((await get('portal', '/x', { method: 'POST', body: 'abc' })).status).toBe(200);
    expect(seen.portal[0]?.body).toBe('abc');
    const large = 'x'.repeat(1024 * 1024 + 1);
    expect((await get('portal', '/x', { method: 'POST', body: large })).status).toBe(413);
    const chunked = { 'transfer-encoding': 'chunked' };
    expect((await get('portal', '/x', { method: 'POST', body: large, headers: chunked })).status).toBe(413);
  });

  it('streams events as they come, and an end of the client ends the backend’s answer', async () => {
    const before = aborted;
    const first = await new Promise<string>((resolve, reject) => {
      const request = httpsRequest(
        {
          host: '127.0.0.1',
          port: ports.portal,
          path: '/events',
          headers: { host: 'localhost' },
          rejectUnauthorized: false,
          agent: false,
        },
        (response) => {
          response.on('error', () => undefined);
          response.once('data', (chunk: Buffer) => {
            resolve(chunk.toString());
            request.destroy();
          });
        },
      );
      request.on('error', reject).end();
    });
    expect(first).toBe('data: 1\n\n');
    await expect.poll(() => aborted).toBe(before + 1);
  });

  it('answers on plain http what offers an upgrade, as some HTTP clients do with every request', async () => {
    const answer = await talk(
      netConnect(ports.http, '127.0.0.1'),
      `GET /crl/signing-ca.crl HTTP/1.1\r\nHost: localhost:${ports.http}\r\nConnection: Upgrade, HTTP2-Settings\r\n` +
        'Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1.1 200 OK/);
  });

  it.each(['websocket', 'nonsense'])(
    'cuts off who asks the portal for an upgrade to %s and stays',
    async (protocol) => {
      const socket = tlsConnect({
        host: '127.0.0.1',
        port: ports.portal,
        servername: 'localhost',
        ca: pki.root.certificate.toString('pem'),
        allowHalfOpen: true,
      } as ConnectionOptions);
      const gone = new Promise((resolve) => socket.once('close', resolve));
      const request = `GET /nothing HTTP/1.1\r\nHost: localhost:${ports.portal}\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`;
      expect(await talk(socket, request)).toMatch(/^HTTP\/1.1 400 /);
      expect(seen.portal).toEqual([]);
      // A closed connection shows only to who writes on it.
      socket.on('error', () => undefined);
      const writing = setInterval(() => socket.write('x'), 200);
      await gone;
      clearInterval(writing);
    },
  );

  it('answers others while 600 streams of events are open', async () => {
    const idle = new HttpAgent();
    const before = aborted;
    await Promise.all(
      Array.from(
        { length: 600 },
        () =>
          new Promise<void>((resolve, reject) => {
            const headers = { host: `localhost:${ports.http}` };
            httpRequest(
              { host: '127.0.0.1', port: ports.http, path: '/ca/events', headers, agent: idle },
              (response) => {
                response.on('error', () => undefined);
                response.once('data', () => resolve());
              },
            )
              .on('error', reject)
              .end();
          }),
      ),
    );
    expect((await get('portal', '/ca')).body).toBe('portal /ca');
    idle.destroy();
    await expect.poll(() => aborted).toBe(before + 600);
  });

  it('answers 400 to two hosts and to a target that is no path, 405 to TRACE', async () => {
    const raw = (text: string) =>
      new Promise<string>((resolve) => {
        const socket = netConnect(ports.http, '127.0.0.1', () => socket.end(text));
        let all = '';
        socket.on('data', (chunk) => (all += chunk.toString()));
        socket.on('close', () => resolve(all));
      });
    expect(
      await raw('GET / HTTP/1.1\r\nHost: localhost\r\nHost: gate.localhost\r\nConnection: close\r\n\r\n'),
    ).toMatch(/^HTTP\/1.1 400/);
    expect(await raw('GET http://x/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400/,
    );
    expect(await raw('nonsense\r\n\r\n')).toMatch(/^HTTP\/1.1 400/);
    const trace = await raw('TRACE / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(trace).toMatch(/^HTTP\/1.1 405/);
    expect(trace).toMatch(/^allow: GET, HEAD, POST/im);
  });
});

describe('the gate', () => {
  it('tells the portal about a good certificate, in Apache’s form', async () => {
    await get('gate', '/status/cert-check', { as: alice });
    const headers = seen.portal[0]?.headers ?? {};
    expect(headers).toMatchObject({
      'x-ssl-client-verify': 'SUCCESS',
      'x-ssl-client-serial': alice.serial,
      'x-ssl-client-s-dn': 'OU=NLHPC,CN=alice',
    });
    expect(headers['x-ssl-client-cert']).toBe(alice.cert.trim().replace(/\r?\n/g, ' '));
  });

  it.each([
    ['expired', () => expired, 'FAILED:certificate has expired'],
    ['foreign', () => foreign, /^FAILED:[a-z -]+$/],
  ])('lets an %s certificate through the handshake and reports it', async (_what, identity, verify) => {
    expect((await get('gate', '/status/cert-check', { as: identity() })).status).toBe(200);
    expect(seen.portal[0]?.headers['x-ssl-client-verify']).toEqual(
      typeof verify === 'string' ? verify : expect.stringMatching(verify),
    );
  });

  it('routes a hub for who is listed, without the portal’s cookies and secrets, or a worker for the whole gate', async () => {
    const headers = {
      cookie: '__Host-hubgate-s=1; jupyterhub=2; __Secure-next-auth.session-token=3; next-auth.x=4',
    };
    const answer = await get('gate', '/astro/hub/a%20b%2Fc?x=1%202', { as: alice, headers });
    expect(answer).toMatchObject({ status: 200, body: 'hub /astro/hub/a%20b%2Fc?x=1%202' });
    expect(answer.headers['set-cookie']).toEqual(['jupyterhub=1']);
    expect(answer.headers['service-worker-allowed']).toBeUndefined();
    expect(seen.hub[0]?.headers).toMatchObject({
      cookie: 'jupyterhub=2',
      'x-scheme': 'https',
      'x-ssl-client-verify': 'SUCCESS',
      host: `gate.localhost:${ports.gate}`,
    });
    expect(seen.hub[0]?.headers['x-hubgate-front']).toBeUndefined();
  });

  it('shows a browser the page about a hub that does not answer, and tells programs in a sentence', async () => {
    writeMap('hubs.map', `astro http://127.0.0.1:${await freePort()}\n`);
    const accept = 'text/html';
    const page = await get('gate', '/astro/hub', { as: alice, headers: { accept } });
    expect(page).toMatchObject({ status: 503, body: 'portal /gate-hub-down' });
    expect(seen.portal[0]?.headers).toMatchObject({ 'x-hubgate-hub': 'astro' });
    const said = await get('gate', '/astro/hub', { as: alice, headers: { accept: '*/*' } });
    expect(said.status).toBe(502);
    expect(said.headers['content-type']).toBe('text/plain; charset=utf-8');
    const sent = await get('gate', '/astro/hub', {
      as: alice,
      headers: { accept },
      method: 'POST',
      body: 'x=1',
    });
    expect(sent).toMatchObject({ status: 502 });
    expect(sent.body).not.toContain('http-equiv="refresh"');
  });

  it.each([
    ['none-shown', () => undefined],
    ['not-listed', () => bob],
    ['expired', () => expired],
    ['unknown-issuer', () => foreign],
  ])('refuses %s with 403 and the page that explains', async (why, identity) => {
    const as = identity();
    const answer = await get('gate', '/astro/hub', {
      ...(as === undefined ? {} : { as }),
      method: 'POST',
      body: 'x=1',
    });
    expect(answer).toMatchObject({ status: 403, body: 'portal /gate-refused' });
    expect(seen.portal[0]).toMatchObject({ method: 'GET', body: '' });
    expect(seen.portal[0]?.headers).toMatchObject({ 'x-hubgate-refusal': why, 'x-hubgate-hub': 'astro' });
    expect(seen.hub).toHaveLength(0);
  });

  it('refuses a revoked certificate on the next request of an open connection, and admits it no more', async () => {
    const { Agent } = await import('node:https');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await get('gate', '/astro/', { as: alice, agent })).status).toBe(200);
    writeMap('revoked.map', `complete yes\n${alice.serial} revoked\n`);
    expect((await get('gate', '/astro/', { as: alice, agent })).status).toBe(403);
    expect(seen.portal[0]?.headers['x-hubgate-refusal']).toBe('revoked');
    expect(seen.portal[0]?.headers['x-ssl-client-verify']).toBe('FAILED:certificate revoked');
    agent.destroy();
  });

  it.each([
    ['an empty revoked.map', 'revoked.map', ''],
    ['an empty access.map', 'access.map', ''],
    ['an entry of another hub', 'access.map', 'luna any\nastro/bob yes\n'],
  ])('admits nobody with %s', async (_what, name, text) => {
    writeMap(name, text);
    expect((await get('gate', '/astro/', { as: alice })).status).toBe(403);
  });

  it('admits every valid certificate where the map says any', async () => {
    writeMap('access.map', 'astro any\n');
    expect((await get('gate', '/astro/', { as: bob })).status).toBe(200);
    expect((await get('gate', '/astro/')).status).toBe(403);
  });

  it.each(['/astro/../x', '/astro/%2e%2e/x', '/astro/..%2fx', '/astro/a/.', '/astro/..\\x'])(
    'refuses the climbing path %s',
    async (path) => {
      expect((await get('gate', path, { as: alice })).status).toBe(400);
      expect(seen.hub).toHaveLength(0);
    },
  );

  it.each(['/evil/', '/Astro/', '//astro/', '/%61stro/', '/x/../astro/', '/astroX'])(
    'does not take %s for a hub',
    async (path) => {
      await get('gate', path, { as: alice });
      expect(seen.hub).toHaveLength(0);
      expect(seen.portal).toHaveLength(1);
    },
  );

  it('carries WebSockets to a hub, and only for who may enter', async () => {
    const open = (as?: TestIdentity) =>
      new Promise<string>((resolve) => {
        const options = {
          servername: 'gate.localhost',
          headers: { host: `gate.localhost:${ports.gate}` },
          rejectUnauthorized: false,
          ...(as === undefined ? {} : { cert: as.cert, key: as.key }),
        };
        const socket = new WebSocket(`wss://127.0.0.1:${ports.gate}/astro/ws`, options);
        socket.on('open', () => socket.send('hi'));
        socket.on('message', (data) => {
          resolve((data as Buffer).toString());
          socket.close();
        });
        socket.on('error', (error) => resolve(error.message));
      });
    expect(await open(alice)).toBe('echo hi');
    expect(await open(bob)).toContain('403');
    expect(await open()).toContain('403');
  });

  it.each([
    ['the certificate is revoked', () => writeMap('revoked.map', `complete yes\n${alice.serial} revoked\n`)],
    ['the list of revocations is gone', () => writeMap('revoked.map', '')],
    ['the access ended', () => writeMap('access.map', 'astro/bob yes\n')],
  ])('closes open WebSockets and answers to a hub within 2 s when %s, and no others', async (_what, end) => {
    writeMap('access.map', 'astro/alice yes\nastro/bob yes\n');
    const closed: string[] = [];
    const options = (as: TestIdentity) => ({
      servername: 'gate.localhost',
      headers: { host: `gate.localhost:${ports.gate}` },
      rejectUnauthorized: false,
      cert: as.cert,
      key: as.key,
    });
    const sockets = await Promise.all(
      [alice, bob].map(async (as) => {
        const socket = new WebSocket(`wss://127.0.0.1:${ports.gate}/astro/ws`, options(as));
        await new Promise((resolve) => socket.once('open', resolve));
        socket.on('close', () => closed.push(as === alice ? 'alice' : 'bob'));
        return socket;
      }),
    );
    const stream = httpsRequest({
      host: '127.0.0.1',
      port: ports.gate,
      path: '/astro/progress',
      agent: false,
      ...options(alice),
    });
    stream.on('response', (response) => {
      response.on('error', () => undefined).on('close', () => closed.push('stream'));
      response.resume();
    });
    stream.on('error', () => undefined).end();
    await new Promise((resolve) => stream.once('response', resolve));
    expect(closed).toEqual([]);
    end();
    const all = _what === 'the list of revocations is gone';
    await expect
      .poll(() => [...closed].sort(), { timeout: 2000 })
      .toEqual(all ? ['alice', 'bob', 'stream'] : ['alice', 'stream']);
    for (const socket of sockets) socket.terminate();
  });

  it('answers 421 to another name on its port', async () => {
    expect((await get('gate', '/', { headers: { host: 'localhost' } })).status).toBe(421);
  });

  it.each([
    ['es-CL,es;q=0.9', 'es', 'Este nombre no se atiende en este puerto.\n'],
    ['de', 'en', 'This name is not served at this port.\n'],
  ])('says so to who wishes %s in %s', async (wish, language, words) => {
    const answer = await get('gate', '/', { headers: { host: 'localhost', 'accept-language': wish } });
    expect(answer.headers['content-language']).toBe(language);
    expect(answer.body).toBe(words);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('never resumes a session over %s', async (version) => {
    const options: ConnectionOptions = {
      host: '127.0.0.1',
      port: ports.gate,
      servername: 'gate.localhost',
      rejectUnauthorized: false,
      minVersion: version,
      maxVersion: version,
      cert: alice.cert,
      key: alice.key,
    };
    const once = (session?: Buffer) =>
      new Promise<{ session: Buffer | undefined; reused: boolean }>((resolve) => {
        const socket = tlsConnect({ ...options, ...(session === undefined ? {} : { session }) }, () => {
          let latest: Buffer | undefined = socket.getSession();
          const reused = socket.isSessionReused();
          socket.on('session', (fresh: Buffer) => (latest = fresh));
          socket.write(`GET / HTTP/1.1\r\nHost: gate.localhost\r\nConnection: close\r\n\r\n`);
          socket.on('data', () => undefined);
          socket.on('close', () => resolve({ session: latest, reused }));
        });
      });
    const first = await once();
    expect((await once(first.session)).reused).toBe(false);
  });

  it('refuses TLS 1.1', async () => {
    const outcome = await new Promise<string>((resolve) => {
      tlsConnect(
        {
          host: '127.0.0.1',
          port: ports.gate,
          minVersion: 'TLSv1.1',
          maxVersion: 'TLSv1.1',
          ciphers: 'DEFAULT@SECLEVEL=0',
          rejectUnauthorized: false,
        },
        () => resolve('connected'),
      ).on('error', () => resolve('refused'));
    });
    expect(outcome).toBe('refused');
  });
});

describe('a server certificate that is replaced', () => {
  it('is served without a restart', async () => {
    const serialNow = () =>
      new Promise<string>((resolve, reject) => {
        const socket = tlsConnect(
          { host: '127.0.0.1', port: ports.portal, servername: 'localhost', rejectUnauthorized: false },
          () => {
            resolve(socket.getPeerCertificate().serialNumber);
            socket.destroy();
          },
        );
        socket.on('error', reject);
      });
    const before = await serialNow();
    await pki.install(loaded.paths, ['localhost', 'gate.localhost', 'canary.localhost']);
    await expect.poll(serialNow, { timeout: 8000, interval: 300 }).not.toBe(before);
  }, 10_000);
});
