import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { parseConfig } from '../config/load';
import { HubIndex } from './hub-index';

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

describe('HubIndex', () => {
  it('sees a hub register, come up, change and leave', async () => {
    const hubsDir = mkdtempSync(join(tmpdir(), 'hg-index-'));
    const upstream = await serve((_request, response) => {
      response.writeHead(200, { 'x-jupyterhub-version': '4.1.0' }).end();
    });
    const config = parseConfig(`[hubs.upstream]\nastro = "${upstream}"`, 'test');
    const index = new HubIndex({ config, paths: { hubsDir, caDir: hubsDir } }, () => Date.now());
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
