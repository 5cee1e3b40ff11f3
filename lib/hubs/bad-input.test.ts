import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { afterEach, describe, expect, it } from 'vitest';

import { hubRowsHtml } from '../../components/hubs/hub-rows';
import { parseConfig } from '../config/load';
import { translator } from '../i18n/translator';
import { HubIndex } from './hub-index';
import { readRegistrations } from './read-registrations';

/** What strangers, crashes and file servers do to the folder, seen by the running index. */

const GATE = 'https://gate.localhost:8444';
const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

function makeFolder(): string {
  const base = mkdtempSync(join(tmpdir(), 'hg-bad-'));
  closing.push(() => rmSync(base, { recursive: true, force: true }));
  const folder = join(base, 'hubs');
  mkdirSync(folder);
  return folder;
}

async function serve(answer: RequestListener): Promise<string> {
  const server: Server = createHttp(answer);
  closing.push(() => (server.closeAllConnections(), server.close()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function running(folder: string, toml = ''): Promise<HubIndex> {
  const index = new HubIndex(
    { config: parseConfig(toml, 'test'), paths: { hubsDir: folder, caDir: folder } },
    () => Date.now(),
  );
  closing.push(() => index.stop());
  await index.start();
  return index;
}

const names = (index: HubIndex) => index.snapshot().hubs.map(({ name }) => name);
const codes = (index: HubIndex) => index.snapshot().problems.map(({ code }) => code);
const soon = { timeout: 10_000, interval: 30 };

describe('files', () => {
  it('half-written: counts as what it was until the line ends, or nobody writes any more', async () => {
    const folder = makeFolder();
    const file = join(folder, 'astro.hub');
    writeFileSync(file, `${GATE}/astro,Astronomy\n`);
    const index = await running(folder);
    expect(names(index)).toEqual(['astro']);
    writeFileSync(file, ''); // `>` truncates before echo writes
    await wait(300);
    expect(names(index)).toEqual(['astro']);
    appendFileSync(file, `${GATE}/ast`);
    await wait(300);
    expect(index.snapshot().hubs.map(({ url }) => url)).toEqual([`${GATE}/astro`]);
    appendFileSync(file, 'ro-new,Astronomy\n');
    await expect.poll(() => index.snapshot().hubs[0]?.url, soon).toBe(`${GATE}/astro-new`);
    writeFileSync(join(folder, 'luna.hub'), `${GATE}/luna,without a newline`);
    await expect.poll(() => names(index), soon).toEqual(['astro', 'luna']);
    expect(codes(index)).toEqual([]);
  });

  it('of a time to come are read all the same', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'astro.hub'), `${GATE}/astro,A`);
    utimesSync(join(folder, 'astro.hub'), new Date('2099-01-01'), new Date('2099-01-01'));
    expect(names(await running(folder))).toEqual(['astro']);
  });

  it('of 10 MB are not read', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'huge.hub'), Buffer.alloc(10 * 1024 * 1024, `${GATE}/x,X\n`));
    writeFileSync(join(folder, 'ok.hub'), `${GATE}/ok,OK\n`);
    const index = await running(folder);
    expect([names(index), codes(index)]).toEqual([['ok'], ['too-large']]);
  });

  it('by ten thousand: the first 2,000 are read, and it is said', async () => {
    const folder = makeFolder();
    for (let index = 0; index < 10_000; index += 1) {
      const name = `h${String(index).padStart(5, '0')}`;
      writeFileSync(join(folder, `${name}.hub`), `https://elsewhere.example/${name},H\n`);
    }
    const { hubs, problems } = await readRegistrations(folder);
    expect(hubs).toHaveLength(2000);
    expect(problems).toEqual([{ code: 'too-many-files', file: folder, line: 0, text: '10000 > 2000' }]);
  }, 60_000);

  it('that are links out of the folder are not followed', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, '..', 'secret'), `${GATE}/secret,S\n`);
    symlinkSync(join(folder, '..', 'secret'), join(folder, 'link.hub'));
    symlinkSync('/etc', join(folder, 'etc.hub'));
    const index = await running(folder);
    expect([names(index), codes(index)]).toEqual([[], ['outside-folder', 'outside-folder']]);
  });

  it('with blanks and letters of any script in their names have hubs of that name', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'Física 2026 – ñ.hub'), `${GATE}/a,A\n`);
    writeFileSync(join(folder, 'Física 2026.hub'), `${GATE}/b,B\n`);
    writeFileSync(join(folder, '物理.hub'), `${GATE}/c,C\n`);
    writeFileSync(join(folder, '<img src=x>.hub'), `${GATE}/d,D\n`);
    writeFileSync(join(folder, 'a\u202eb.hub'), `${GATE}/e,E\n`);
    const index = await running(folder);
    expect(names(index)).toEqual(['Física 2026', '物理']);
    expect(codes(index)).toEqual(['bad-name', 'bad-name', 'bad-name']);
    for (const { file } of index.snapshot().problems) expect(file).not.toMatch(/\u202e/u);
  });

  it('that claim one name get different ones', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'astro.hub'), `${GATE}/a,A\n${GATE}/b,B\n`);
    writeFileSync(join(folder, 'astro-2.hub'), `${GATE}/c,C\n`);
    const index = await running(folder);
    expect(names(index)).toEqual(['astro-2', 'astro', 'astro-3']);
    expect(codes(index)).toEqual(['name-taken']);
  });

  it('with javascript: and file: addresses and HTML give no link and no markup', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'a.hub'), 'javascript:alert(1),x\nfile:///etc/passwd,y\n');
    writeFileSync(
      join(folder, 'b.hub'),
      `${GATE}/b,<script>alert(1)</script>\ncontact: <img src=x onerror=y>\n`,
    );
    const index = await running(folder);
    expect(codes(index)).toEqual(['not-http', 'not-http']);
    const views = index.snapshot().hubs.map(({ health, details, ...hub }) => ({
      ...{ name: hub.name, url: hub.url, description: hub.description, ...details },
      ...{ state: health.state, why: health.why, since: new Date(health.since).toISOString(), routed: true },
    }));
    const html = hubRowsHtml(views, {
      t: translator('en'),
      now: new Date(),
      locale: 'en',
      accepted: true,
      work: new Map(),
      strips: null,
    });
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toMatch(/<script|<img|javascript:|file:/u);
  });
});

describe('the folder', () => {
  it('may disappear and return', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'astro.hub'), `${GATE}/astro,A\n`);
    const index = await running(folder);
    renameSync(folder, `${folder}-away`);
    await expect.poll(() => [names(index), codes(index)], soon).toEqual([[], ['folder-unreadable']]);
    renameSync(`${folder}-away`, folder);
    await expect.poll(() => [names(index), codes(index)], soon).toEqual([['astro'], []]);
    writeFileSync(join(folder, 'luna.hub'), `${GATE}/luna,L\n`);
    await expect.poll(() => names(index), soon).toEqual(['astro', 'luna']);
  });
});

describe('hubs', () => {
  const STARTED = new Date(Date.now() - 3_600_000);

  /** A hub that was registered an hour ago. */
  async function hubOf(answer: RequestListener, line = `${GATE}/astro,A\n`): Promise<HubIndex> {
    const folder = makeFolder();
    const upstream = await serve(answer);
    writeFileSync(join(folder, 'astro.hub'), line.replaceAll('UPSTREAM', upstream));
    utimesSync(join(folder, 'astro.hub'), STARTED, STARTED);
    return running(folder, line.includes('UPSTREAM') ? '' : `[hubs.upstream]\nastro = "${upstream}"`);
  }
  const health = (index: HubIndex) => {
    const { state, why } = index.snapshot().hubs[0]?.health ?? {};
    return [state, why];
  };

  it.each<[string, RequestListener, string[]]>([
    ['never', () => undefined, ['degraded', 'no-answer']],
    [
      'slowly',
      (_q, r) => void setTimeout(() => r.writeHead(200, { 'x-jupyterhub-version': '4' }).end(), 1200),
      ['degraded', 'slow'],
    ],
    ['with 500', (_q, r) => void r.writeHead(500).end(), ['degraded', 'status']],
    ['with 503', (_q, r) => void r.writeHead(503).end(), ['down', 'status']],
    [
      'with a redirect to the metadata of a cloud',
      (_q, r) => void r.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
      ['unknown', 'redirect'],
    ],
  ])('that answers %s is seen as what it is', async (_what, answer, expected) => {
    const index = await hubOf(answer);
    await expect.poll(() => health(index), { timeout: 12_000 }).toEqual(expected);
  });

  it('that answers endless bytes costs no memory', async () => {
    const index = await hubOf((_request, response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    const before = process.memoryUsage().rss;
    await expect.poll(() => health(index), { timeout: 12_000 }).toEqual(['unknown', 'too-much']);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
  });

  it('elsewhere are asked at their public address only where hubs.probeAllow covers it', async () => {
    const asked: string[] = [];
    const index = await hubOf((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(200, { 'x-jupyterhub-version': '4.0.1' }).end();
    }, 'UPSTREAM/astro,A\nhttp://169.254.169.254/latest,B\nhttp://10.255.255.1/c,C\n');
    const seen = () => index.snapshot().hubs.map(({ health: { state, why } }) => `${state} ${why}`);
    await expect
      .poll(seen, { timeout: 12_000 })
      .toEqual(['up answers', 'unknown not-probed', 'unknown not-probed']);
    expect(new Set(asked)).toEqual(new Set(['/astro/hub/health']));
    // Asked, but not routed: it is another origin.
    expect(index.snapshot().hubs.map(({ route }) => route)).toEqual([null, null, null]);
  });

  it('cannot have the portal ask wherever their file says', async () => {
    const index = await hubOf(
      (_request, response) => void response.writeHead(404).end(),
      `${GATE}/astro,A\nprobe: http://169.254.169.254/latest/meta-data\n`,
    );
    expect(codes(index)).toEqual(['probe-refused']);
    await wait(600);
    expect(health(index)).toEqual(['down', 'not-yet']); // at the address that the configuration names
  });

  it('that die are down within ten seconds although the file is still there, and back at once', async () => {
    const folder = makeFolder();
    const server = createHttp((_request, response) => {
      response.writeHead(200, { 'x-jupyterhub-version': '4.0.1' }).end();
    });
    const listen = (port: number) =>
      new Promise<number>((resolve) =>
        server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
      );
    const port = await listen(0);
    closing.push(() => (server.closeAllConnections(), server.close()));
    writeFileSync(join(folder, 'astro.hub'), `${GATE}/astro,A\n`);
    const index = await running(folder, `[hubs.upstream]\nastro = "http://127.0.0.1:${port}"`);
    await expect.poll(() => health(index), { timeout: 3000 }).toEqual(['up', 'answers']);
    const died = performance.now();
    server.closeAllConnections();
    server.close();
    await expect.poll(() => health(index), { timeout: 10_000, interval: 50 }).toEqual(['down', 'refused']);
    expect(performance.now() - died).toBeLessThan(10_000);
    await listen(port);
    // Its unit was started again and appended its line once more.
    appendFileSync(join(folder, 'astro.hub'), `${GATE}/astro,A\n`);
    await expect.poll(() => health(index), { timeout: 10_000 }).toEqual(['up', 'answers']);
    expect(names(index)).toEqual(['astro']);
  }, 30_000);
});
