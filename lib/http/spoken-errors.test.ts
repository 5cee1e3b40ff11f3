import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { readOwnMark, watchAnswer } from '../../bin/spoken-errors.mjs';
import { ConfigSchema } from '../config/schema';
import { failurePage } from './failure-page';

// The one that Next itself puts around every answer: it patches the response after us.
const compression = createRequire(import.meta.url)('next/dist/compiled/compression') as () => (
  request: IncomingMessage,
  response: ServerResponse,
  next: () => void,
) => void;

const config = ConfigSchema.parse({ site: { name: 'Centre <1>', contact: 'help@example.org' } });
const FILLER = 'x'.repeat(4096);
let server: Server | undefined;
let asked: { path: string; mark: unknown }[] = [];
afterEach(() => {
  server?.close();
  asked = [];
});

/** A web process: what Next would answer stands in `next`, by path. */
async function serve(
  next: (request: IncomingMessage, response: ServerResponse) => void,
  compressed: boolean,
): Promise<number> {
  const compress = compression();
  server = createServer((incoming, response) => {
    readOwnMark(incoming);
    watchAnswer(incoming, response, {
      address: server?.address() ?? null,
      failurePage: (headers: IncomingMessage['headers'], id: string) =>
        Promise.resolve(failurePage(headers, id, config)),
    });
    asked.push({ path: incoming.url ?? '', mark: incoming.headers['x-hubgate-wordless'] });
    if (compressed) compress(incoming, response, () => next(incoming, response));
    else next(incoming, response);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

type Got = { status: number; headers: IncomingMessage['headers']; text: string };

function get(port: number, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Got> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, headers, method, agent: false }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          text: Buffer.concat(parts).toString('utf8'),
        }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** As Next writes an answer: status and headers first, then pieces. */
function page(response: ServerResponse, status: number, words: string, more: Record<string, string> = {}) {
  response.statusCode = status;
  response.setHeader('content-security-policy', "default-src 'self'");
  response.setHeader('x-request-id', 'abcdef0123456789');
  response.setHeader('content-type', 'text/html; charset=utf-8');
  for (const [name, value] of Object.entries(more)) response.setHeader(name, value);
  response.flushHeaders();
  response.write(`<html>${FILLER}`);
  response.end(words);
}

describe.each([true, false])('answers of pages, compressed: %s', (compressed) => {
  const empty = (status: number) => (incoming: IncomingMessage, response: ServerResponse) =>
    incoming.headers['x-hubgate-wordless'] === String(status)
      ? page(response, status, `said at ${incoming.url ?? ''}`, {
          'x-hubgate-said': '1',
          'set-cookie': 'a=b',
        })
      : page(response, status, 'nothing');

  it.each([403, 404])('a %s without words is asked for once more, and said', async (status) => {
    const port = await serve(empty(status), compressed);
    const got = await get(port, '/gone?x=1', { cookie: 'c=d' });
    expect(got).toMatchObject({ status, headers: { 'set-cookie': ['a=b'] } });
    expect(got.text).toContain('said at /gone?x=1');
    expect(got.text).not.toContain('nothing');
    expect(got.headers).not.toHaveProperty('x-hubgate-said');
    expect(asked).toEqual([
      { path: '/gone?x=1', mark: undefined },
      { path: '/gone?x=1', mark: String(status) },
    ]);
  });

  it('keeps the compression of the second answer, and the length of nothing', async () => {
    const port = await serve(empty(404), compressed);
    const got = await get(port, '/gone', { 'accept-encoding': 'gzip' });
    expect(got.headers['content-encoding']).toBe(compressed ? 'gzip' : undefined);
    expect(got.status).toBe(404);
  });

  it('a 500 becomes a page of the catalogue, in the language that is wished', async () => {
    const port = await serve((_incoming, response) => page(response, 500, 'nothing'), compressed);
    const got = await get(port, '/certs', { 'accept-language': 'es-CL', 'accept-encoding': 'gzip' });
    expect(got.status).toBe(500);
    expect(got.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-request-id': 'abcdef0123456789',
    });
    expect(got.headers).not.toHaveProperty('content-encoding');
    expect(got.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(got.text).toContain('<html lang="es">');
    expect(got.text).toContain('Algo falló de nuestro lado');
    expect(got.text).toContain('abcdef0123456789');
    expect(got.text).toContain('Centre &lt;1&gt;');
    expect(got.text).not.toContain(FILLER);
  });

  it('leaves everything else as it is', async () => {
    const port = await serve((incoming, response) => {
      if (incoming.url === '/api') {
        response.writeHead(404, { 'content-type': 'text/html' });
        response.end('an answer that passed no proxy');
      } else if (incoming.url === '/problem') {
        response.writeHead(500, { 'content-type': 'application/problem+json' });
        response.end('{}');
      } else if (incoming.url === '/script') {
        page(response, 404, 'for the router', { 'content-type': 'text/x-component' });
      } else page(response, incoming.url === '/said' ? 404 : 200, 'fine', { 'x-hubgate-said': '1' });
    }, compressed);
    expect(await get(port, '/api')).toMatchObject({ status: 404, text: 'an answer that passed no proxy' });
    expect(await get(port, '/problem', { accept: 'text/html' })).toMatchObject({ status: 500, text: '{}' });
    expect((await get(port, '/script')).text).toContain('for the router');
    expect((await get(port, '/said')).text).toContain('fine');
    expect((await get(port, '/')).text).toContain('fine');
    expect(asked).toHaveLength(5);
  });
});

describe('the mark', () => {
  it('of a stranger is taken off, however it is spelt', async () => {
    const port = await serve((_incoming, response) => page(response, 200, 'fine'), false);
    await get(port, '/', { 'x-hubgate-wordless': '404' });
    await get(port, '/', { 'x-hubgate-wordless': '404 guessed' });
    await get(port, '/', { 'x_hubgate-wordless': '404' });
    expect(asked.map(({ mark }) => mark)).toEqual([undefined, undefined, undefined]);
  });

  it('is no loop: a second answer without words goes out as it is', async () => {
    const port = await serve((_incoming, response) => page(response, 404, 'still nothing'), false);
    expect((await get(port, '/gone')).text).toContain('still nothing');
    expect(asked).toHaveLength(2);
  });

  it('is not needed for HEAD, which has no words', async () => {
    const port = await serve((_incoming, response) => {
      response.writeHead(404, { 'content-type': 'text/html', 'content-security-policy': 'x' });
      response.end();
    }, false);
    expect((await get(port, '/gone', {}, 'HEAD')).status).toBe(404);
    expect(asked).toHaveLength(1);
  });
});
