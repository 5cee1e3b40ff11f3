import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';

import { blockListFile, blockListState } from './block-list-file';
import { fingerprintSet } from './fingerprint-set';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function listFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'hubgate-blocklist-'));
  folders.push(folder);
  const file = join(folder, 'compromised.txt');
  writeFileSync(file, text);
  return file;
}
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const A = sha256('a');
const B = sha256('b');
const TAIL = '49d96fae9bfc0e84bba3';

describe('a list of compromised keys', () => {
  it('is read in the forms that people and Debian write', async () => {
    const file = listFile(
      `\ufeff# keys that we know of\r\n\r\n  ${A}  # found on a laptop\r\n${B.toUpperCase()}\r\n` +
        `${'0'.repeat(20)}${TAIL}\n${'1'.repeat(20)}`,
    );
    const { keys, moduli } = await blockListFile(file);
    expect([keys.size, moduli.size]).toEqual([2, 2]);
    expect([keys.has(A), keys.has(B), keys.has(sha256('c'))]).toEqual([true, true, false]);
    expect([moduli.has(TAIL), moduli.has('1'.repeat(20)), moduli.has('2'.repeat(20))]).toEqual([
      true,
      true,
      false,
    ]);
    expect(await blockListState(file)).toEqual({ state: 'ok', hashes: 4 });
  });

  it('is read again when it changes, in place or by rename', async () => {
    const file = listFile(`${A}\n`);
    expect((await blockListFile(file)).keys.has(B)).toBe(false);
    appendFileSync(file, `${B}\n`);
    expect((await blockListFile(file)).keys.has(B)).toBe(true);
    writeFileSync(`${file}.new`, `${B}\n${B}\n`); // as long as before
    renameSync(`${file}.new`, file);
    expect((await blockListFile(file)).keys.has(A)).toBe(false);
  });

  it.each([
    ['no hash', 1, 'beef\n'],
    ['a hash that is cut off', 2, `${A}\n${A.slice(1)}\n`],
    ['a serial', 3, `\n\n${'a'.repeat(38)}\n`],
    ['letters', 1, `${'z'.repeat(64)}\n`],
    ['two hashes in a line', 1, `${A} ${B}\n`],
    ['a binary file', 1, '\0\0\0\x01\n'],
    ['a line without end', 1, 'a'.repeat(200_000)],
  ])('with %s is refused by file and line %i', async (_what, line, text) => {
    const file = listFile(text);
    await expect(blockListFile(file)).rejects.toMatchObject({
      code: 'config.value',
      message: expect.stringContaining(`${file}, line ${line} `) as string,
    });
    expect(await blockListState(file)).toMatchObject({ state: 'unreadable' });
  });

  it('that is not there is refused', async () => {
    await expect(blockListFile('/nowhere/list.txt')).rejects.toMatchObject({ code: 'config.missing-file' });
    await expect(blockListFile(tmpdir())).rejects.toMatchObject({ code: 'config.missing-file' });
  });

  it('that was spoilt or deleted leaves the one before in force, and says so', async () => {
    const file = listFile(`${A}\n`);
    await blockListFile(file);
    appendFileSync(file, 'half a li');
    expect((await blockListFile(file)).keys.has(A)).toBe(true);
    expect(await blockListState(file)).toMatchObject({
      state: 'stale',
      problem: expect.stringContaining('line 2') as string,
    });
    rmSync(file);
    expect((await blockListFile(file)).keys.has(A)).toBe(true);
    expect(await blockListState(file)).toMatchObject({ state: 'stale' });
    writeFileSync(file, `${B}\n`);
    expect((await blockListFile(file)).keys.has(B)).toBe(true);
    expect(await blockListState(file)).toEqual({ state: 'ok', hashes: 1 });
  });

  it('of 200,000 keys is read while the process does other work, and once for all who wait', async () => {
    const hashes = Array.from({ length: 200_000 }, () => randomBytes(10).toString('hex'));
    const file = listFile(hashes.join('\n'));
    let turns = 0;
    const clock = setInterval(() => (turns += 1), 1);
    const lists = await Promise.all([blockListFile(file), blockListFile(file), blockListFile(file)]);
    clearInterval(clock);
    expect(new Set(lists).size).toBe(1);
    expect(turns).toBeGreaterThan(5);
    expect(lists[0]?.moduli.size).toBe(200_000);
    expect(hashes.filter((hash) => lists[0]?.moduli.has(hash) !== true)).toEqual([]);
  });
});

describe('a set of fingerprints', () => {
  it('holds what was added, and nothing else', () => {
    const hex = fc
      .uint8Array({ minLength: 10, maxLength: 10 })
      .map((bytes) => Buffer.from(bytes).toString('hex'));
    fc.assert(
      fc.property(fc.array(hex), hex, (added, other) => {
        const set = fingerprintSet();
        added.forEach(set.add);
        set.settle();
        expect(added.every(set.has)).toBe(true);
        expect(set.has(other)).toBe(added.some((one) => one.slice(0, 16) === other.slice(0, 16)));
        expect(set.size).toBe(added.length);
      }),
    );
  });

  it('goes on over its segments, with the lowest and highest values', () => {
    const set = fingerprintSet();
    const at = (index: number) =>
      BigInt(index * 7919)
        .toString(16)
        .padStart(16, '0');
    for (let index = 0; index <= 150_000; index++) set.add(at(index));
    set.add('f'.repeat(16));
    set.settle();
    set.settle();
    expect(set.size).toBe(150_002);
    expect([0, 65_535, 65_536, 131_072, 150_000].every((index) => set.has(at(index)))).toBe(true);
    expect([set.has('f'.repeat(16)), set.has(at(150_001)), set.has('0'.repeat(15) + '1')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
