import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { parseConfig } from '../config/load';
import { HubIndex } from './hub-index';
import { newHealth, nextHealth, type HubHealth } from './hub-state';
import { probeHub, type Probe } from './probe-hub';

const open: { close: () => void }[] = [];
afterEach(() => open.splice(0).forEach((one) => one.close()));

function serve(answer: Parameters<typeof createServer>[1]): Promise<string> {
  return new Promise((resolve) => {
    const server: Server = createServer(answer as never).listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
    open.push({ close: () => (server.closeAllConnections(), server.close()) });
  });
}

describe('probeHub', () => {
  it.each([
    ['200 with the version', 200, { 'X-JupyterHub-Version': '3.0.0' }, { outcome: 'up', version: '3.0.0' }],
    ['200 of something else', 200, {}, { outcome: 'not-a-hub' }],
    ['a redirect', 302, { location: '/x' }, { outcome: 'not-a-hub' }],
    ['404 of the proxy, before the hub has its route', 404, {}, { outcome: 'not-yet' }],
    ['503 of the proxy, when the hub is down', 503, {}, { outcome: 'down' }],
  ])('takes %s for what it is', async (_what, status, headers, expected) => {
    const upstream = await serve((request, response) => {
      expect(request.url).toBe('/astro/hub/health');
      response.writeHead(status, headers).end();
    });
    expect(await probeHub(upstream, 'https://gate/astro/')).toEqual(expected);
  });

  it('tells refused and hung apart', async () => {
    expect(await probeHub('http://127.0.0.1:1', 'https://gate/astro')).toEqual({ outcome: 'down' });
    const silent = await serve(() => undefined);
    expect(await probeHub(silent, 'https://gate/astro')).toEqual({ outcome: 'hung' });
  });
});

describe('nextHealth', () => {
  const up = { outcome: 'up', version: '3' } as const;
  const down = { outcome: 'down' } as const;
  const after = (steps: readonly (readonly [Probe, number])[]): HubHealth =>
    steps.reduce((health, [probe, at]) => nextHealth(health, probe, at), newHealth(0));

  it.each([
    ['starting', [[down, 1000]]],
    ['starting', [[{ outcome: 'not-yet' }, 1000]]],
    ['down', [[down, 61_000]]],
    ['up', [[up, 1000]]],
    [
      'up',
      [
        [up, 1000],
        [down, 2000],
      ],
    ],
    [
      'down',
      [
        [up, 1000],
        [down, 2000],
        [down, 3000],
      ],
    ],
    [
      'degraded',
      [
        [up, 1000],
        [{ outcome: 'hung' }, 2000],
        [{ outcome: 'hung' }, 3000],
      ],
    ],
    [
      'up',
      [
        [up, 1000],
        [down, 2000],
        [down, 3000],
        [up, 4000],
      ],
    ],
    ['unknown', [[{ outcome: 'not-a-hub' }, 1000]]],
  ] as const)('is %s after %j', (state, steps) => {
    expect(after(steps as readonly (readonly [Probe, number])[]).state).toBe(state);
  });

  it('remembers since when', () => {
    expect(
      after([
        [up, 1000],
        [up, 9000],
      ]).since,
    ).toBe(1000);
  });
});

describe('HubIndex', () => {
  it('sees a hub register, come up, change and leave', async () => {
    const hubsDir = mkdtempSync(join(tmpdir(), 'hg-index-'));
    const upstream = await serve((_request, response) => {
      response.writeHead(200, { 'x-jupyterhub-version': '4.1.0' }).end();
    });
    const config = parseConfig(`[hubs.upstream]\nastro = "${upstream}"`, 'test');
    const index = new HubIndex({ config, paths: { hubsDir } }, () => Date.now());
    await index.start();
    open.push({ close: () => index.stop() });
    const changes: number[] = [];
    index.subscribe(({ change }) => changes.push(change));

    writeFileSync(join(hubsDir, 'astro.hub'), 'https://gate.localhost:8444/astro,A\n');
    await expect
      .poll(() => index.snapshot().hubs[0]?.health, { timeout: 5000 })
      .toMatchObject({ state: 'up', version: '4.1.0' });
    const { since } = index.snapshot().hubs[0]?.health ?? { since: 0 };
    appendFileSync(join(hubsDir, 'astro.hub'), 'javascript:x,y\n');
    await expect.poll(() => index.snapshot().problems[0]?.code, { timeout: 5000 }).toBe('not-http');
    expect(index.snapshot().hubs[0]?.health).toMatchObject({ state: 'up', since });
    rmSync(join(hubsDir, 'astro.hub'));
    await expect.poll(() => index.snapshot().hubs.length, { timeout: 5000 }).toBe(0);
    expect(changes).toEqual([...changes].sort((a, b) => a - b));
    const { change } = index.snapshot();
    await index.rescan();
    expect(index.snapshot().change).toBe(change);
  }, 20_000);
});
