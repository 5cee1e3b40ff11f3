import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { ConfigSchema } from '../config/schema';
import { answerPlainly, speakTo } from './plain-answer';

const { site } = ConfigSchema.parse({
  site: { name: 'Centre <1>', contact: 'help@example.org', url: 'https://hubs.example.org' },
});
const BROWSER = { accept: 'text/html,application/xhtml+xml', 'accept-language': 'es-CL' };

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function answer(
  status: number,
  asked: { path?: string; method?: string; headers?: Record<string, string>; location?: string },
): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
  const server = createServer((_request, response) => {
    speakTo(response, site);
    answerPlainly(response, status, asked.location);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const { path = '/certs', method = 'GET', headers = {} } = asked;
    request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (got) => {
      let text = '';
      got.on('data', (part: Buffer) => (text += part.toString()));
      got.on('end', () => resolve({ status: got.statusCode ?? 0, headers: got.headers, text }));
    })
      .on('error', reject)
      .end();
  });
}

describe('what the front says itself', () => {
  it('is a page to a browser, which asks again by itself while the portal starts', async () => {
    const got = await answer(503, { headers: BROWSER });
    expect(got).toMatchObject({
      status: 503,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-language': 'es',
        'retry-after': '3',
        'cache-control': 'no-store',
      },
    });
    expect(got.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(got.text).toContain('<html lang="es">');
    expect(got.text).toContain('<h1>El portal se está iniciando</h1>');
    expect(got.text).toContain('<meta http-equiv="refresh" content="5">');
    expect(got.text).toContain('Centre &lt;1&gt;');
    expect(got.text).toContain('help@example.org');
    expect(got.text).not.toMatch(/\bsrc=|<script|<link/);
  });

  it('sends nothing again by itself: not a form, and not what will stay refused', async () => {
    expect((await answer(503, { headers: BROWSER, method: 'POST' })).text).not.toContain('refresh');
    const large = await answer(413, { headers: BROWSER });
    expect(large.text).not.toContain('refresh');
    expect(large.text).toContain('Es demasiado grande');
  });

  it.each([400, 403, 405, 408, 413, 421, 502, 503, 504, 418])(
    'has a title and what to do for %s in both languages',
    async (status) => {
      const heads = await Promise.all([
        answer(status, { headers: BROWSER }).then(({ text }) => text),
        answer(status, { headers: { ...BROWSER, 'accept-language': 'en' } }).then(({ text }) => text),
      ]);
      const said = heads.map((text) => /<h1>(.+)<\/h1>\n<p>(.+)<\/p>/.exec(text)?.slice(1));
      expect(said.flat().filter((one) => one !== undefined && one.length > 5)).toHaveLength(4);
      expect(new Set(said.flat()).size).toBe(4);
    },
  );

  it('goes by what was chosen before the browser’s wish', async () => {
    const chosen = { ...BROWSER, cookie: 'a=b; hubgate-lang=en' };
    expect((await answer(503, { headers: chosen })).text).toContain('<html lang="en">');
    expect((await answer(503, { headers: chosen, path: '/?lang=es' })).text).toContain('<html lang="es">');
    const made = { ...BROWSER, cookie: 'hubgate-lang=<b>' };
    expect((await answer(503, { headers: made })).text).toContain('<html lang="es">');
  });

  it('is one sentence to a program, in its language', async () => {
    const got = await answer(503, { headers: { accept: '*/*', 'accept-language': 'es' } });
    expect(got.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(got.text).toBe('Hubgate está arrancando. Intentar de nuevo en unos segundos.\n');
  });

  it('is a problem under /api, in English, whatever is accepted', async () => {
    const got = await answer(503, { headers: BROWSER, path: '/api/v1/hubs' });
    expect(got.headers['content-type']).toBe('application/problem+json');
    expect(got.headers['retry-after']).toBe('3');
    expect(JSON.parse(got.text)).toEqual({
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      detail: 'Hubgate is starting. Please try again in a few seconds.',
    });
    expect((await answer(503, { headers: BROWSER, path: '/apis' })).text).toContain('<html');
  });

  it('names the other address only where it leads to one', async () => {
    const got = await answer(308, { headers: BROWSER, location: 'https://hubs.example.org/certs' });
    expect(got).toMatchObject({ status: 308, text: 'https://hubs.example.org/certs\n' });
    expect(got.headers.location).toBe('https://hubs.example.org/certs');
  });
});
