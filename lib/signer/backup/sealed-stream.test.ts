import { Readable } from 'node:stream';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CHUNK_BYTES, seal, unseal } from './sealed-stream';

const PASSPHRASE = 'correct horse battery staple';
/** Real parameters take half a second each; what is tested here does not hang on them. */
const QUICK = { log2N: 14, r: 8, p: 1 };
const HEADER = 28;
const FULL = CHUNK_BYTES + 16;

async function all(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part);
  return Buffer.concat(parts);
}
/** A source in pieces of this size. */
const inPieces = (bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> =>
  Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    })(),
  );
const sealed = (bytes: Uint8Array): Promise<Buffer> => all(seal(inPieces(bytes, 10_000), PASSPHRASE, QUICK));
const opened = (file: Uint8Array, passphrase = PASSPHRASE, size = 7_777): Promise<Buffer> =>
  all(unseal(inPieces(file, size), passphrase, 'x.hgbackup'));
const pattern = (length: number): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, at) => at * 31 + (at >> 8)));

describe('a sealed stream', () => {
  it.each([0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 5])(
    'gives back %i octets, however they are cut',
    async (length) => {
      const plain = pattern(length);
      const file = await sealed(plain);
      expect(file.length).toBe(HEADER + length + 16 * Math.max(1, Math.ceil(length / CHUNK_BYTES)));
      for (const size of [1 << 20, FULL, 8_191])
        expect((await opened(file, PASSPHRASE, size)).equals(plain)).toBe(true);
    },
  );

  it('holds nothing of the plain bytes, and never the same twice', async () => {
    const plain = Buffer.from('PRIVATE KEY '.repeat(2000));
    const [one, two] = [await sealed(plain), await sealed(plain)];
    expect(one.includes('PRIVATE')).toBe(false);
    expect(one.subarray(HEADER).equals(two.subarray(HEADER))).toBe(false);
  });

  it('does not open with another passphrase', async () => {
    await expect(opened(await sealed(pattern(100)), `${PASSPHRASE} `)).rejects.toMatchObject({
      code: 'ca.passphrase',
    });
  });

  it('does not open when any octet was changed', async () => {
    const file = await sealed(pattern(CHUNK_BYTES + 1000));
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const bad = Buffer.from(file);
        bad[at] = (bad[at] ?? 0) ^ change;
        // A changed cost is within its limits, or is refused before anything is derived.
        if (at === 9 && (bad[9] ?? 0) > 17) return;
        await expect(opened(bad)).rejects.toMatchObject({
          code: expect.stringMatching(/^ca\.(backup|passphrase)$/),
        });
      }),
      { numRuns: 40 },
    );
  });

  it('does not open when it was cut off anywhere, at the end of a chunk too', async () => {
    const file = await sealed(pattern(3 * CHUNK_BYTES));
    const ends = [
      0,
      1,
      HEADER - 1,
      HEADER,
      HEADER + 1,
      HEADER + 16,
      HEADER + FULL,
      HEADER + 2 * FULL,
      file.length - 1,
    ];
    for (const end of ends) await expect(opened(file.subarray(0, end)), String(end)).rejects.toThrow();
  });

  it('does not open when chunks are swapped, repeated, dropped or appended', async () => {
    const file = await sealed(pattern(3 * CHUNK_BYTES + 10));
    const other = await sealed(pattern(3 * CHUNK_BYTES + 10));
    const head = file.subarray(0, HEADER);
    const chunk = (from: Buffer, at: number): Buffer =>
      from.subarray(HEADER + at * FULL, HEADER + (at + 1) * FULL);
    const [a, b, c, d] = [0, 1, 2, 3].map((at) => chunk(file, at)) as [Buffer, Buffer, Buffer, Buffer];
    const wrong: Record<string, Buffer[]> = {
      swapped: [a, c, b, d],
      repeated: [a, b, b, c, d],
      dropped: [a, c, d],
      'without the first': [b, c, d],
      'of another file': [a, chunk(other, 1), c, d],
      'more behind the end': [a, b, c, d, Buffer.from([0])],
      'the last twice': [a, b, c, d, d],
      'the last alone': [d],
    };
    for (const [how, chunks] of Object.entries(wrong)) {
      await expect(opened(Buffer.concat([head, ...chunks])), how).rejects.toMatchObject({
        code: expect.stringMatching(/^ca\.(backup|passphrase)$/),
      });
    }
  });

  it('tells a later version, another file and a trap for memory apart before it derives anything', async () => {
    const file = await sealed(pattern(10));
    const changed = (at: number, value: number): Buffer => {
      const bad = Buffer.from(file);
      bad[at] = value;
      return bad;
    };
    await expect(opened(Buffer.from('a text, longer than any header'))).rejects.toThrow(
      'no backup of Hubgate',
    );
    await expect(opened(changed(8, 2))).rejects.toThrow('version 2');
    for (const [at, value] of [
      [9, 30],
      [9, 3],
      [10, 255],
      [11, 0],
    ] as const) {
      await expect(opened(changed(at, value))).rejects.toThrow('key derivation');
    }
  });

  it('never takes strangers’ bytes for a backup', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await expect(opened(bytes)).rejects.toMatchObject({ code: 'ca.backup' });
      }),
    );
  });
});
