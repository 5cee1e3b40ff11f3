import { mkdtempSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { forward } from './forward';

let portal: Server;
let front: Server;

beforeAll(async () => {
  const socketPath = join(mkdtempSync(join(tmpdir(), 'hg-forward-')), 'portal.sock');
  portal = createServer((request, response) => {
    if (request.url === '/refused') response.end('no');
    else if (request.url === '/killed') request.on('end', () => request.socket.destroy()).resume();
    else request.on('end', () => response.end('read')).resume();
  }).listen(socketPath);
  front = createServer((request, response) => {
    const refused = request.url === '/refused';
    const { 'content-length': length } = request.headers;
    forward(request, response, {
      target: { kind: 'portal', socketPath },
      path: request.url ?? '/',
      headers: {
        host: 'localhost',
        ...(refused || length === undefined ? {} : { 'content-length': length }),
      },
      hsts: null,
      bodyTimeMs: 200,
      ...(refused ? { status: 403, asGet: true } : {}),
    });
  }).listen(0, '127.0.0.1');
  front.requestTimeout = 0;
  await new Promise((resolve) => front.once('listening', resolve));
});

afterAll(() => {
  front.closeAllConnections();
  front.close();
  portal.closeAllConnections();
  portal.close();
});

it.each([
  ['/read', /^HTTP\/1.1 408 /],
  ['/refused', /^HTTP\/1.1 403 /],
])('cuts off who sends the body of %s to the portal in drops', async (path, answer) => {
  const socket = connect((front.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined);
  let said = '';
  socket.on('data', (chunk) => (said += chunk.toString()));
  socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n`);
  const drops = setInterval(() => socket.write('x'), 50);
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(drops);
  expect(said).toMatch(answer);
});

it.each([
  { method: 'GET', status: 503, why: 'nothing was carried out, and it is started again' },
  { method: 'POST', status: 502, why: 'nobody knows whether it was carried out' },
])('answers $status where the web process dies over a $method: $why', async ({ method, status }) => {
  const { port } = front.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/killed`, {
    method,
    ...(method === 'POST' ? { body: 'a form' } : {}),
  });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('retry-after')).toBe('3');
});
