import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isHubgateError } from '../errors';
import { CSV_MAX_BYTES, readCsv } from './read-csv';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string) => readCsv(bytes(text)).map(({ name, email, account }) => [name, email, account]);
const ALICE = ['Alice', 'alice@example.org', null];
const BOB = ['Bob', 'bob@example.org', null];

describe('a list of participants', () => {
  it.each<[string, string, unknown[]]>([
    ['as RFC 4180 has it', 'Alice,alice@example.org\r\nBob,bob@example.org\r\n', [ALICE, BOB]],
    ['without a last line end', 'Alice,alice@example.org\nBob,bob@example.org', [ALICE, BOB]],
    ['of an old Macintosh', 'Alice,alice@example.org\rBob,bob@example.org\r', [ALICE, BOB]],
    ['with a byte order mark', '\uFEFFname,email\r\nAlice,alice@example.org\r\n', [ALICE]],
    ['with semicolons', 'Nombre;Correo\nAlice;alice@example.org\n', [ALICE]],
    ['with tabs', 'Alice\talice@example.org\n', [ALICE]],
    ['with columns in another order', 'E-Mail,Name\nalice@example.org,Alice\n', [ALICE]],
    ['with columns that nobody asked for', 'name,room,email\nAlice,7,alice@example.org\n', [ALICE]],
    [
      'with account names',
      'name,email,account\nAlice,alice@example.org,al1\n',
      [['Alice', 'alice@example.org', 'al1']],
    ],
    ['with rows of nothing', 'Alice,alice@example.org\n,\n\n  ,  \nBob,bob@example.org\n\n', [ALICE, BOB]],
    [
      'with quotes and a comma in a name',
      '"Núñez, ""Ali""",a@example.org\n',
      [['Núñez, "Ali"', 'a@example.org', null]],
    ],
    [
      'of names alone',
      'Alice\nBob\n',
      [
        ['Alice', null, null],
        ['Bob', null, null],
      ],
    ],
    [
      'of two people of one name',
      'Li Wei,a@example.org\nLi Wei,b@example.org\n',
      [
        ['Li Wei', 'a@example.org', null],
        ['Li Wei', 'b@example.org', null],
      ],
    ],
  ])('is read %s', (_what, text, people) => {
    expect(read(text)).toEqual(people);
  });

  const row = (n: number) => `Person ${n},p${n}@example.org\n`;
  it.each<[string, () => Uint8Array, object]>([
    ['that is empty', () => bytes(''), { reason: 'empty' }],
    ['of a heading alone', () => bytes('name,email\n'), { reason: 'empty' }],
    [
      'in Latin-1',
      () => Uint8Array.of(0x4e, 0xfa, 0xf1, 0x65, 0x7a, 0x2c, 0x61, 0x40, 0x62),
      { reason: 'encoding' },
    ],
    ['in UTF-16', () => Uint8Array.of(0xff, 0xfe, 0x41, 0x00), { reason: 'encoding' }],
    [
      'with an address twice',
      () => bytes('A,a@example.org\nB,b@example.org\nC,A@Example.org\n'),
      { reason: 'duplicate', line: 3, first: 1 },
    ],
    [
      'with an account twice',
      () => bytes('name,account\nA,x1\nB,x1\n'),
      { reason: 'duplicate', line: 3, first: 2 },
    ],
    ['with half an address', () => bytes('A,a@example.org\nB,b@\n'), { reason: 'email', line: 2 }],
    [
      'with a line break in an address',
      () => bytes('A,"a@example.org\nBcc: x@y.org"\n'),
      { reason: 'email', line: 1 },
    ],
    [
      'with a control character in a name',
      () => bytes('A\u0007,a@example.org\n'),
      { reason: 'name', line: 1 },
    ],
    ['with a name of a page', () => bytes(`${'A'.repeat(101)},a@example.org\n`), { reason: 'name', line: 1 }],
    [
      'with a quotation that never ends',
      () => bytes('A,a@example.org\n"B,b@example.org\n'),
      { reason: 'quote', line: 2 },
    ],
    ['with a cell too many', () => bytes('name,email\nA,a@example.org,x\n'), { reason: 'columns', line: 2 }],
    [
      'of a thousand and one',
      () => bytes(Array.from({ length: 1001 }, (_, n) => row(n)).join('')),
      { reason: 'too-many', rows: 1001 },
    ],
    ['of fifty thousand short rows', () => bytes('A\n'.repeat(50_000)), { reason: 'too-many', rows: 50_000 }],
    [
      'of fifty thousand rows',
      () => bytes(Array.from({ length: 50_000 }, (_, n) => row(n)).join('')),
      { reason: 'too-large' },
    ],
  ])('is refused %s', (_what, list, params) => {
    expect(() => readCsv(list())).toThrow(
      expect.objectContaining({
        code: 'event.csv',
        field: 'list',
        params: expect.objectContaining(params) as object,
      }),
    );
  });

  it('takes a thousand', () => {
    expect(readCsv(bytes(Array.from({ length: 1000 }, (_, n) => row(n)).join('')))).toHaveLength(1000);
  });

  it('answers any bytes with people or with a refusal, in time', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc
            .string({ unit: fc.constantFrom('"', ',', ';', '\n', '\r', '\t', 'a', '@', '.', ' ', 'ñ') })
            .map(bytes),
        ),
        (list) => {
          try {
            for (const one of readCsv(list)) {
              expect(one.name ?? one.email ?? one.account).not.toBeNull();
              expect(JSON.stringify(one)).not.toMatch(/\\u00[01]/);
            }
          } catch (thrown) {
            if (!isHubgateError(thrown) || thrown.code !== 'event.csv') throw thrown;
          }
        },
      ),
      { numRuns: 500 },
    );
    const began = performance.now();
    for (const unit of ['"', '""', ',', '";"', '\r\n', '"\n', 'a"', ' "']) {
      try {
        readCsv(bytes(unit.repeat(CSV_MAX_BYTES / unit.length)));
      } catch {
        continue;
      }
    }
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('gives back what was written, whatever stands in the cells', () => {
    const name = fc
      .string({ unit: fc.constantFrom('a', 'ñ', '"', ',', ';', ' ', "'", '='), maxLength: 20 })
      .map((text) => `x${text}x`);
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 1, maxLength: 20 }),
        fc.constantFrom(',', ';'),
        (names, comma) => {
          const text = ['name', ...names.map((one) => `"${one.replaceAll('"', '""')}"`)]
            .map((cell, n) => cell + comma + (n === 0 ? 'email' : `p${n}@example.org`))
            .join('\r\n');
          expect(readCsv(bytes(text)).map((one) => one.name)).toEqual(names);
        },
      ),
    );
  });
});
