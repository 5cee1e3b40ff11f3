import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { testHouse, type TestHouse } from '../testing/ctx';
import { changeHubList } from './change-hub-list';
import { HubIndex, setRunningIndex } from './hub-index';
import { hubUpdates } from './hub-updates';
import type { HubList } from './list-hubs';

const GATE = 'https://gate.localhost:8444';

let house: TestHouse;
let hubsDir: string;
let index: HubIndex;
beforeEach(async () => {
  hubsDir = mkdtempSync(join(tmpdir(), 'hg-updates-'));
  house = await testHouse({
    realClock: true,
    config: { hubs: { upstream: { astro: 'http://127.0.0.1:1' } } },
  });
  index = new HubIndex({ config: house.config, paths: { hubsDir, caDir: hubsDir } }, () => Date.now());
  await index.start();
  setRunningIndex(index);
});
afterEach(async () => {
  index.stop();
  setRunningIndex(null);
  await house.close();
  rmSync(hubsDir, { recursive: true, force: true });
});

/** A page that follows the list: every list that it got, with its time. */
function follow(visitor: Parameters<typeof hubUpdates>[1]['visitor'] = null) {
  const gone = new AbortController();
  const lists: { at: number; hubs: HubList['hubs'] }[] = [];
  const ended = (async () => {
    for await (const { hubs } of hubUpdates(house.ctx, { visitor, gone: gone.signal })) {
      lists.push({ at: performance.now(), hubs });
    }
  })();
  return { lists, ended, leave: () => gone.abort() };
}
const register = (name: string) => writeFileSync(join(hubsDir, `${name}.hub`), `${GATE}/${name},${name}\n`);

describe('hubUpdates', () => {
  // How soon is measured by bench/hubs-live.bench.ts; a busy machine would say nothing here.
  it('tells every one of 200 pages of a change in a file, once', async () => {
    const pages = Array.from({ length: 200 }, () => follow());
    await expect.poll(() => pages.every(({ lists }) => lists.length === 1), { timeout: 10_000 }).toBe(true);
    register('luna');
    await expect
      .poll(() => pages.every(({ lists }) => lists.at(-1)?.hubs.length === 1), { timeout: 15_000 })
      .toBe(true);
    expect(new Set(pages.map(({ lists }) => lists.length))).toEqual(new Set([2]));
    for (const page of pages) page.leave();
    await Promise.all(pages.map(({ ended }) => ended));
  }, 40_000);

  it('tells at most once a second, and the last state always', async () => {
    const page = follow();
    await expect.poll(() => page.lists.length).toBe(1);
    const timer = setInterval(
      () => register(`hub${page.lists.length}-${Math.floor(performance.now())}`),
      100,
    );
    await expect.poll(() => page.lists.length, { timeout: 8000 }).toBe(4);
    clearInterval(timer);
    const gaps = page.lists.slice(2).map(({ at }, place) => at - (page.lists[place + 1]?.at ?? 0));
    for (const gap of gaps) expect(gap).toBeGreaterThan(950);
    await index.rescan();
    const count = index.snapshot().hubs.length;
    await expect.poll(() => page.lists.at(-1)?.hubs.length, { timeout: 4000 }).toBe(count);
    page.leave();
    await page.ended;
  }, 20_000);

  it('tells who shows a certificate what it opens, as it is with each change', async () => {
    const page = follow({ accepted: true, commonName: 'alice' });
    await expect.poll(() => page.lists.length).toBe(1);
    register('astro');
    await expect.poll(() => page.lists.at(-1)?.hubs[0]?.mayEnter, { timeout: 4000 }).toBe(true);
    await changeHubList(house.person('olga', 'operator'), { name: 'astro', access: 'listed' });
    register('luna');
    await expect.poll(() => page.lists.at(-1)?.hubs[0]?.mayEnter, { timeout: 4000 }).toBe(false);
    page.leave();
    await page.ended;
  });

  it('ends when the reader is gone, also in the pause between two lists', async () => {
    const page = follow();
    await expect.poll(() => page.lists.length).toBe(1);
    page.leave();
    await page.ended;
    register('astro');
    await index.rescan();
    expect(page.lists).toHaveLength(1);
  });
});
