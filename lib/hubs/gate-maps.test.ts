import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';

import { decideGate } from '../front/gate-decision';
import { admits } from './admits';
import {
  GateMapFile,
  mapKeyOfName,
  mapKeyOfSerial,
  mapKeyOfUnit,
  parseGateMap,
  VERSION_KEY,
} from './gate-map-file';
import {
  accessMapText,
  hubsMapText,
  revokedMapText,
  withoutVersion,
  writeGateMaps,
  type AccessMapEntry,
} from './gate-maps';

const SHOWN = {
  verify: 'SUCCESS',
  ...{ pem: '', subject: '', issuer: '', serial: '0A', notBefore: '', notAfter: '' },
} as const;

const folder = () => join(mkdtempSync(join(tmpdir(), 'hg-maps-')), 'gate');

describe('the texts', () => {
  it('say who is routed, who may enter, who is revoked', () => {
    expect(
      hubsMapText([
        { route: 'astro', upstream: 'http://127.0.0.1:1' },
        { route: 'astro', upstream: 'http://127.0.0.1:2' },
      ]),
    ).toBe('astro http://127.0.0.1:1\n');
    expect(
      accessMapText(
        [
          { route: 'astro', access: 'any-valid', members: ['x'], units: [], events: [] },
          { route: 'luna', access: 'listed', members: ['alice', 'José N'], units: ['My Unit'], events: [] },
          { route: 'sol', access: 'listed', members: [], units: [], events: [] },
        ],
        new Map(),
      ),
    ).toBe('astro any\nluna/alice yes\nluna/Jos%c3%a9%20N yes\nou:luna/My%20Unit yes\n');
    expect(revokedMapText(['0abc', 'abc', 'ff'])).toBe('complete yes\n0ABC revoked\nFF revoked\n');
    expect(revokedMapText([])).toBe('complete yes\n');
  });

  it('say which names of events enter, and keep them out of what is open to others, before it is', () => {
    const none = { members: [], units: [], events: [] };
    const guests = new Map([
      ['ev-b', ['E-B']],
      ['ev-a', ['E-A']],
      ['ev-over', []],
    ]);
    const said = (entry: Partial<AccessMapEntry>) =>
      accessMapText([{ route: 'h', access: 'listed', ...none, ...entry }], guests);
    const out = 'h/ev-b no\nh/ev-over no\n';
    expect(said({ access: 'any-valid' })).toBe(`h/ev-a no\n${out}h any\n`);
    expect(said({ access: 'any-valid', events: ['E-A'] })).toBe(`${out}h any\n`);
    expect(said({ access: 'any-valid', members: ['ev-over'] })).toBe('h/ev-a no\nh/ev-b no\nh any\n');
    expect(said({})).toBe('');
    expect(said({ events: ['E-A'] })).toBe('h/ev-a yes\n');
    expect(said({ units: ['U'], events: ['E-A'] })).toBe(`h/ev-a yes\n${out}ou:h/U yes\n`);
    expect(said({ members: ['ev-b'] })).toBe('h/ev-b yes\n');
  });

  it('mean the same to the embedded front as to the list of hubs', () => {
    const name = fc.constantFrom('alice', 'bob', 'ev-1', 'ev-2', 'a b');
    const some = (values: string[]) => fc.uniqueArray(fc.constantFrom(...values));
    const entry = fc.record({
      route: fc.constant('h'),
      access: fc.constantFrom('listed' as const, 'any-valid' as const),
      members: fc.uniqueArray(name),
      units: some(['U', 'V']),
      events: some(['E-A', 'E-B']),
    });
    const guests = fc.array(fc.tuple(name, some(['E-A', 'E-B']))).map((pairs) => new Map(pairs));
    fc.assert(
      fc.property(entry, guests, name, some(['U', 'V']), (one, belongs, commonName, units) => {
        const access = parseGateMap(accessMapText([one], belongs));
        const shown = { ...SHOWN, commonName, units };
        const maps = { hubs: new Map([['h', 'http://x']]), access, revoked: new Map([['complete', 'yes']]) };
        const { to } = decideGate('/h/', shown, maps, () => true);
        expect(to === 'hub').toBe(admits(one, { commonName, units }, belongs));
      }),
      { numRuns: 500 },
    );
  });

  it('cannot be broken by any name: one key, one line, and different names have different keys', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
        const [a, b] = [one.toWellFormed(), other.toWellFormed()];
        const entries = parseGateMap(
          accessMapText([{ route: 'h', access: 'listed', members: [a], units: [b], events: [] }], new Map()),
        );
        expect([...entries]).toEqual([
          [`h/${mapKeyOfName(a)}`, 'yes'],
          [mapKeyOfUnit('h', b), 'yes'],
        ]);
        if (a !== b && !a.includes('%') && !b.includes('%'))
          expect(mapKeyOfName(a)).not.toBe(mapKeyOfName(b));
      }),
    );
  });

  it.each([
    ['1a', '1A'],
    ['abc', '0ABC'],
    ['00ff', '00FF'],
  ])('writes serial %s as Apache prints it', (serial, key) => {
    expect(mapKeyOfSerial(serial)).toBe(key);
  });
});

describe('writeGateMaps', () => {
  it('gives each access.map that says something else another version', async () => {
    const dir = folder();
    const write = async (access: string) => {
      await writeGateMaps(dir, { access });
      const text = readFileSync(join(dir, 'access.map'), 'utf8');
      expect(withoutVersion(text)).toBe(access);
      return parseGateMap(text).get(VERSION_KEY);
    };
    const first = await write('astro any\n');
    expect(first).toMatch(/^[0-9a-f]{16}$/);
    expect(await write('astro any\n')).toBe(first);
    expect(await write('')).not.toBe(first);
    writeFileSync(join(dir, 'access.map'), 'astro any\n'); // as a version before wrote it
    expect(await write('astro any\n')).toMatch(/^[0-9a-f]{16}$/);
  });

  it('writes whole files that others may read, and leaves equal ones alone', async () => {
    const dir = folder();
    await writeGateMaps(dir, { hubs: 'a b\n', access: '', revoked: 'complete yes\n' });
    expect(statSync(dir).mode & 0o777).toBe(0o755);
    expect(readdirSync(dir).sort()).toEqual(['access.map', 'hubs.map', 'maps.changed', 'revoked.map']);
    const before = statSync(join(dir, 'hubs.map'));
    expect(before.mode & 0o777).toBe(0o644);
    await writeGateMaps(dir, { hubs: 'a b\n' });
    expect(statSync(join(dir, 'hubs.map')).ino).toBe(before.ino);
    await writeGateMaps(dir, { hubs: 'a c\n' });
    expect(readFileSync(join(dir, 'hubs.map'), 'utf8')).toBe('a c\n');
  });

  it('tells of every change, after it was made, and of nothing else; of each file once per process', async () => {
    const dir = folder();
    const told = (name: string) => {
      const there = readdirSync(dir).includes(name);
      rmSync(join(dir, name), { force: true });
      return there;
    };
    await writeGateMaps(dir, { hubs: 'a b\n', revoked: 'complete yes\n' });
    expect([told('maps.changed'), told('crls.changed')]).toEqual([true, false]);
    await writeGateMaps(dir, { hubs: 'a b\n', revoked: 'complete yes\n' });
    expect(told('maps.changed')).toBe(false);
    await writeGateMaps(dir, { revoked: 'complete yes\nAA revoked\n' });
    expect(told('maps.changed')).toBe(true);
    await writeGateMaps(dir, { crls: 'one' });
    expect([told('maps.changed'), told('crls.changed')]).toEqual([false, true]);
    // A process that died after its rename said nothing: the next one does.
    vi.resetModules();
    const { writeGateMaps: ofNextProcess } = await import('./gate-maps');
    await ofNextProcess(dir, { crls: 'one' });
    expect(told('crls.changed')).toBe(true);
  });

  it('says when the folder cannot be written', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'hg-maps-')), 'file');
    writeFileSync(file, '');
    await expect(writeGateMaps(join(file, 'gate'), { hubs: '' })).rejects.toMatchObject({
      code: 'start.state-dir',
    });
  });
});

describe('GateMapFile', () => {
  it('follows every rename, and is null while there is no file', async () => {
    const dir = folder();
    const map = new GateMapFile(join(dir, 'access.map'));
    expect(map.current()).toBeNull();
    for (let round = 0; round < 40; round += 1) {
      await writeGateMaps(dir, { access: `astro ${round % 2 === 0 ? 'any' : 'not'}\n` });
      expect(map.current()?.get('astro')).toBe(round % 2 === 0 ? 'any' : 'not');
    }
    rmSync(join(dir, 'access.map'));
    expect(map.current()).toBeNull();
  });
});
