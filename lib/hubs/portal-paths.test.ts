import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { hubOfPath, PORTAL_PATHS } from './portal-paths';

const ROOT = join(import.meta.dirname, '..', '..');

/** Names that no hub can have anyhow, or that are no addresses. */
const NO_ADDRESS = /^[_(]|\.|^styles$/;

const foldersOf = (folder: string) =>
  readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !NO_ADDRESS.test(entry.name))
    .map(({ name }) => name);

describe('paths of the portal', () => {
  it('are all kept back from hubs', () => {
    const served = ['app', 'app/(portal)', 'app/(auth)', 'public'].flatMap(foldersOf);
    expect(served.filter((name) => !PORTAL_PATHS.has(name))).toEqual([]);
    expect(served.length).toBeGreaterThan(15);
  });

  it.each(['deploy/apache/hubgate-common.conf', 'deploy/apache/hubgate.conf', 'deploy/nginx/hubgate.conf'])(
    'are kept back by %s too',
    (file) => {
      const list = /\^\/\(\?:(status\|[^)]*)\)/.exec(readFileSync(join(ROOT, file), 'utf8'))?.[1] ?? '';
      const names = list.split('|').filter((name) => name !== '_next');
      expect(names.sort()).toEqual([...PORTAL_PATHS].sort());
    },
  );
});

it.each([
  ['/astro', 'astro'],
  ['/astro/hub/login', 'astro'],
  ['/astro-students?x=1', 'astro-students'],
  ['/', null],
  ['/status/cert-check', null],
  ['/hubs', null],
  ['/Astro', null],
  ['/astro.txt', null],
  ['/astro%2Fx', null],
  ['//astro', null],
])('%s leads to the hub %s', (path, hub) => expect(hubOfPath(path)).toBe(hub));
