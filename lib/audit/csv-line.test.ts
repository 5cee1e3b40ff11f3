import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { csvLine } from './csv-line';

describe('a line of CSV', () => {
  it.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['two\nlines', '"two\nlines"'],
    ['=1+1', `"'=1+1"`],
    ['+49 30', `"'+49 30"`],
    ['-1', `"'-1"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['\t=1', `"'\t'=1"`],
    ['foo;=1+1', `"foo;'=1+1"`],
    ['foo; "=1+1', `"foo;' ""=1+1"`],
    ['foo\n@x', `"foo\n'@x"`],
    ['a;b-c', 'a;b-c'],
    [' =1', `"' =1"`],
    ['＝1', `"'＝1"`],
    ['{"a":"=1"}', '"{""a"":""=1""}"'],
  ])('writes %j as %s', (value, cell) => {
    expect(csvLine([value])).toBe(`${cell}\r\n`);
  });

  it('leaves numbers as they are', () => expect(csvLine([7, -7])).toBe('7,-7\r\n'));

  it('never begins a cell with a formula, and never loses one', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string({ unit: 'grapheme' }),
            fc.string({ unit: fc.constantFrom(...'=+-@;\t\r\n" a') }),
          ),
          { minLength: 1, maxLength: 5 },
        ),
        (cells) => {
          const read = parse(csvLine(cells));
          expect(read).toHaveLength(cells.length);
          for (const [at, cell] of read.entries()) {
            expect(cell).not.toMatch(/^[=+\-@\t\r]/);
            expect(cell).not.toMatch(/[;\t\r\n][\s"]*[=+\-@]/);
            expect(cell.replaceAll("'", '')).toBe(cells[at]?.replaceAll("'", ''));
          }
        },
      ),
    );
  });
});

/** RFC 4180, read back by other means than it was written. */
function parse(line: string): string[] {
  const cells: string[] = [];
  let rest = line.slice(0, -2);
  for (;;) {
    const quoted = /^"((?:[^"]|"")*)"(,|$)/s.exec(rest);
    const plain = /^([^,]*)(,|$)/s.exec(rest);
    const [all = '', text = '', comma = ''] = quoted ?? plain ?? [];
    cells.push(quoted ? text.replaceAll('""', '"') : text);
    if (comma === '') return cells;
    rest = rest.slice(all.length);
  }
}
