import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { hearsAll, watchFolder, type FolderWatch } from './watch-folder';

const open: FolderWatch[] = [];
const bases: string[] = [];
afterEach(() => {
  open.splice(0).forEach((watch) => watch.stop());
  bases.splice(0).forEach((base) => rmSync(base, { recursive: true, force: true }));
});

type Options = Parameters<typeof watchFolder>[2];

async function watched(options: Options = {}, make = true) {
  const base = mkdtempSync(join(tmpdir(), 'hg-watch-'));
  bases.push(base);
  const folder = join(base, 'hubs');
  if (make) mkdirSync(folder);
  let told = 0;
  const watch = watchFolder(folder, () => (told += 1), options);
  open.push(watch);
  await expect.poll(() => told).toBeGreaterThan(0); // the first look
  const next = async (act: () => void) => {
    const before = told;
    act();
    await expect.poll(() => told, { timeout: 8000, interval: 20 }).toBeGreaterThan(before);
  };
  return { folder, base, watch, next, told: () => told };
}

describe('watchFolder', () => {
  it('hears every change at once where inotify works', async () => {
    const { folder, watch, next } = await watched({ hears: () => true });
    expect(watch.mode()).toBe('events');
    await next(() => writeFileSync(join(folder, 'a.hub'), 'x\n'));
    await next(() => appendFileSync(join(folder, 'a.hub'), 'y\n'));
    await next(() => renameSync(join(folder, 'a.hub'), join(folder, 'b.hub')));
    await next(() => rmSync(join(folder, 'b.hub')));
  });

  it('polls where it does not, such as NFS', async () => {
    const types: number[] = [];
    const { folder, watch, next } = await watched({ hears: (type) => (types.push(type), false) });
    expect(watch.mode()).toBe('polling');
    expect(types).toHaveLength(1);
    await next(() => writeFileSync(join(folder, 'a.hub'), 'x\n'));
  });

  it.each([
    ['ext4', 0xef53, true],
    ['XFS', 0x58465342, true],
    ['NFS', 0x6969, false],
    ['Lustre', 0x0bd00bd0, false],
    ['GPFS', 0x47504653, false],
    ['FUSE', 0x65735546, false],
  ])('trusts events on %s: %s %s', (_name, type, trusted) => expect(hearsAll(type)).toBe(trusted));

  it.each([true, false])(
    'sees a folder come, go, return and be replaced (events: %s)',
    async (hears) => {
      const { folder, base, next } = await watched({ hears: () => hears, pollMs: () => 60_000 }, false);
      await next(() => mkdirSync(folder));
      await next(() => rmSync(folder, { recursive: true }));
      await next(() => mkdirSync(folder));
      mkdirSync(join(base, 'other'));
      await next(() => {
        renameSync(folder, join(base, 'old'));
        renameSync(join(base, 'other'), folder);
      });
      if (hears) await next(() => writeFileSync(join(folder, 'a.hub'), 'x\n'));
    },
    20_000,
  );

  it('makes one call of a burst', async () => {
    const { folder, next, told } = await watched({ hears: () => true });
    const before = told();
    await next(() => {
      for (let index = 0; index < 50; index += 1) writeFileSync(join(folder, `${index}.hub`), 'x\n');
    });
    expect(told() - before).toBeLessThan(4);
  });
});
