import fc from 'fast-check';
import { expect, it } from 'vitest';

import { LineSplitter, LineTooLong } from './lines';

it('gives the same lines however the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', ' '))),
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }),
      (lines, sizes) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const splitter = new LineSplitter(100_000);
        const read: string[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          read.push(...splitter.push(bytes.subarray(at, at + size)));
          at += size;
        }
        expect(read).toEqual(bytes.toString().split('\n').slice(0, -1));
        expect(splitter.midLine).toBe(false);
      },
    ),
  );
});

it('takes a line of the greatest length and refuses one byte more, before it ends', () => {
  expect(new LineSplitter(4).push(Buffer.from('abcd\n'))).toEqual(['abcd']);
  expect(() => new LineSplitter(4).push(Buffer.from('abcde'))).toThrow(LineTooLong);
});
