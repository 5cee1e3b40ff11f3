import { execFileSync } from 'node:child_process';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp, type AddressInfo, type Server, type Socket } from 'node:net';
import { createSecureContext } from 'node:tls';

import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';

import { readAnswerHead } from './answer-head';
import type { ProbeEndpoint } from './probe-address';
import { probeHub } from './probe-hub';

const open: (() => void)[] = [];
afterEach(() => open.splice(0).forEach((close) => close()));

function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  open.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );
}

const at = (port: number, tlsName: string | null = null): ProbeEndpoint => ({
  ...{ address: '127.0.0.1', port, tlsName },
  ...{ host: 'gate.example.org', path: '/astro' },
});
const http = async (answer: RequestListener) => at(await listen(createHttp(answer)));
const raw = async (said: (socket: Socket) => void) => at(await listen(createTcp(said)));

function selfSigned(name: string): { cert: string; key: string } {
  const pem = execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
      ...['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-keyout', '-', '-out', '-'],
    ],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const part = (label: string) =>
    new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----\n`).exec(pem)?.[0] ?? '';
  return { cert: part('CERTIFICATE'), key: part('PRIVATE KEY') };
}

describe('probeHub', () => {
  it.each([
    ['200 with the version', 200, { 'X-JupyterHub-Version': '3.0.0' }, 'answers'],
    ['200 of something else', 200, {}, 'not-a-hub'],
    ['a redirect', 302, { location: 'http://169.254.169.254/latest/meta-data' }, 'redirect'],
    ['404 of the proxy, before the hub has its route', 404, {}, 'not-yet'],
    ['404 of a hub with another base', 404, { 'X-JupyterHub-Version': '3.0.0' }, 'not-a-hub'],
    ['503 of the proxy, when the hub is gone', 503, {}, 'gone'],
    ['500 of the hub itself', 500, { 'X-JupyterHub-Version': '3.0.0' }, 'status'],
    ['503 of the hub itself', 503, { 'X-JupyterHub-Version': '3.0.0' }, 'status'],
    ['403 of a gate', 403, {}, 'not-a-hub'],
  ])('takes %s for what it is', async (_what, status, headers, outcome) => {
    const asked: string[] = [];
    const endpoint = await http((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.host} ${request.headers.cookie}`);
      response.writeHead(status, headers).end();
    });
    expect(await probeHub(endpoint)).toMatchObject({ outcome });
    expect(asked[0]).toBe('GET /astro/hub/health gate.example.org undefined');
  });

  it('follows no redirect', async () => {
    let elsewhere = 0;
    const metadata = await http((_request, response) => {
      elsewhere += 1;
      response.writeHead(200, { 'x-jupyterhub-version': '1' }).end();
    });
    const endpoint = await http((_request, response) => {
      response.writeHead(307, { location: `http://127.0.0.1:${metadata.port}/hub/health` }).end();
    });
    expect(await probeHub(endpoint)).toEqual({ outcome: 'redirect' });
    expect(elsewhere).toBe(0);
  });

  it('measures how long an answer takes, and cleans the version', async () => {
    const endpoint = await http((_request, response) => {
      setTimeout(() => response.writeHead(200, { 'x-jupyterhub-version': '4.1.0<b>' }).end(), 120);
    });
    const probe = await probeHub(endpoint);
    expect(probe).toMatchObject({ outcome: 'answers', version: '4.1.0b' });
    if (probe.outcome !== 'answers') throw new Error(probe.outcome);
    expect(probe.latencyMs).toBeGreaterThanOrEqual(115);
  });

  it.each([
    ['a version', '{"version": "5.2.1"}', { outcome: 'answers', version: '5.2.1' }],
    ['none', '{"name": "x"}', { outcome: 'not-a-hub' }],
    ['no JSON', '<html>', { outcome: 'not-a-hub' }],
    ['null', 'null', { outcome: 'not-a-hub' }],
  ])('asks /hub/api where health has no version: %s', async (_what, body, expected) => {
    const endpoint = await http((request, response) => {
      response.end(request.url === '/astro/hub/api' ? body : '');
    });
    expect(await probeHub(endpoint)).toMatchObject(expected);
  });

  it('tells nobody, silence and a hang-up apart', async () => {
    expect(await probeHub(at(1))).toEqual({ outcome: 'refused' });
    const began = performance.now();
    expect(await probeHub(await raw(() => undefined))).toEqual({ outcome: 'no-answer' });
    expect(performance.now() - began).toBeLessThan(2500);
    expect(await probeHub(await raw((socket) => socket.destroy()))).toEqual({ outcome: 'refused' });
  });

  it('waits two seconds altogether for one that answers a byte at a time', async () => {
    const endpoint = await raw((socket) => {
      const drip = setInterval(() => socket.write('H'), 50);
      socket.on('close', () => clearInterval(drip));
      socket.write('HTTP/1.1 200 OK\r\nx: ');
    });
    const began = performance.now();
    expect(await probeHub(endpoint)).toEqual({ outcome: 'no-answer' });
    expect(performance.now() - began).toBeLessThan(2500);
  });

  const flood = (socket: Socket, first: string) => {
    socket.write(first);
    const more = () => {
      while (!socket.destroyed && socket.write('x'.repeat(16_384)));
    };
    socket.on('drain', more);
    more();
  };

  it.each([
    ['headers', 'HTTP/1.1 200 OK\r\nx: ', 'too-much'],
    ['a body', 'HTTP/1.1 200 OK\r\n\r\n', 'too-much'],
    ['a body behind a version', 'HTTP/1.1 200 OK\r\nx-jupyterhub-version: 4\r\n\r\n', 'answers'],
    ['something that is not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', 'not-a-hub'],
  ])('hangs up on endless bytes: %s', async (_what, first, outcome) => {
    let sent = 0;
    const endpoint = await raw((socket) => {
      socket.on('close', () => (sent = Math.max(sent, socket.bytesWritten)));
      socket.once('data', () => flood(socket, first));
    });
    const began = performance.now();
    expect(await probeHub(endpoint)).toMatchObject({ outcome });
    expect(performance.now() - began).toBeLessThan(1500);
    await expect.poll(() => sent).toBeGreaterThan(0);
  });

  it('never accepts a certificate of its own making; one that is trusted, for its name only', async () => {
    const { cert, key } = selfSigned('hub.example.org');
    const port = await listen(
      createHttps({ cert, key }, (_request, response) => {
        response.writeHead(200, { 'x-jupyterhub-version': '4.1.0' }).end();
      }),
    );
    expect(await probeHub(at(port, 'hub.example.org'))).toEqual({ outcome: 'tls' });
    const trusted = createSecureContext({ ca: cert });
    expect(await probeHub(at(port, 'hub.example.org'), trusted)).toMatchObject({ outcome: 'answers' });
    expect(await probeHub(at(port, 'other.example.org'), trusted)).toEqual({ outcome: 'tls' });
    const plain = await http((_request, response) => void response.end());
    expect(await probeHub({ ...plain, tlsName: 'hub.example.org' })).toEqual({ outcome: 'tls' });
  });
});

describe('readAnswerHead', () => {
  it('survives any bytes, whole or in pieces, and says the same', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom('x-jupyterhub-version: 4', 'HTTP/1.1 200 OK', ':', ''),
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(line).map((lines) => Buffer.from(`HTTP/1.1 200 OK\r\n${lines.join('\r\n')}\r\n\r\n`)),
    );
    fc.assert(
      fc.property(bytes, fc.nat(300), (input, cut) => {
        const whole = readAnswerHead(Buffer.from(input));
        const part = readAnswerHead(Buffer.from(input.slice(0, cut)));
        // What was decided from a part stays so.
        if (part !== null) expect(part).toEqual(whole);
        if (whole !== null && whole !== 'not-http') expect(whole.length).toBeLessThanOrEqual(input.length);
      }),
      { numRuns: 500 },
    );
  });

  it('reads status and headers, the first of several', () => {
    const head = readAnswerHead(Buffer.from('HTTP/1.0 503 No\r\nX-A:  b \r\nx-a: c\r\nbad\r\n\r\nbody'));
    expect(head).toEqual({ status: 503, headers: new Map([['x-a', 'b']]), length: 42 });
  });
});
