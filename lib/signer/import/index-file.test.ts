import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { indexSerial, parseIndex } from './index-file';

const line = (...fields: string[]): string => fields.join('\t');
const VALID = line('V', '281124200820Z', '', '01', 'unknown', '/DC=x/O=Lab/OU=NLHPC/CN=alice');

describe('parseIndex', () => {
  it('reads a valid, an expired and a revoked line', () => {
    const text = [
      VALID,
      line('E', '201124200820Z', '', '02', 'unknown', '/CN=bob'),
      line('R', '20521124200820Z', '261125200821Z,keyCompromise', '0A', 'unknown', '/CN=carol'),
      '',
    ].join('\n');
    expect(parseIndex(text)).toEqual({
      faults: [],
      entries: [
        {
          serial: '01',
          notAfter: new Date('2028-11-24T20:08:20Z'),
          revocation: null,
          subject: 'CN=alice,OU=NLHPC,O=Lab,DC=x',
          commonName: 'alice',
        },
        {
          serial: '02',
          notAfter: new Date('2020-11-24T20:08:20Z'),
          revocation: null,
          subject: 'CN=bob',
          commonName: 'bob',
        },
        {
          serial: '0a',
          notAfter: new Date('2052-11-24T20:08:20Z'),
          revocation: { at: new Date('2026-11-25T20:08:21Z'), reason: 'keyCompromise' },
          subject: 'CN=carol',
          commonName: 'carol',
        },
      ],
    });
  });

  // apps/ca.c, crl_reasons and make_revoked.
  it.each([
    ['261125200821Z', 'unspecified'],
    ['261125200821Z,unspecified', 'unspecified'],
    ['261125200821Z,CACompromise', 'cACompromise'],
    ['261125200821Z,affiliationChanged', 'affiliationChanged'],
    ['261125200821Z,superseded', 'superseded'],
    ['261125200821Z,cessationOfOperation', 'cessationOfOperation'],
    ['261125200821Z,certificateHold', 'certificateHold'],
    ['261125200821Z,holdInstruction,holdInstructionReject', 'certificateHold'],
    ['261125200821Z,keyTime,20250101000000Z', 'keyCompromise'],
    ['261125200821Z,CAkeyTime,20250101000000Z', 'cACompromise'],
    ['261125200821Z,removeFromCRL', 'unspecified'],
  ])('the revocation %s is %s', (revocation, reason) => {
    const { entries } = parseIndex(line('R', '281124200820Z', revocation, '01', 'unknown', '/CN=a'));
    expect(entries[0]?.revocation).toEqual({ at: new Date('2026-11-25T20:08:21Z'), reason });
  });

  it('reads line ends of Windows, comments, a tab and letters beyond ASCII in a name', () => {
    const text = `# by hand\r\n${line('V', '281124200820Z', '', '01', 'unknown', '/O=a\\\tb/CN=Jos\\xC3\\xA9 n/v\\x00')}\r\n`;
    expect(parseIndex(text)).toMatchObject({
      faults: [],
      entries: [{ subject: 'CN=José n/v\\x00,O=a\tb', commonName: 'José n/v\\x00' }],
    });
  });

  it.each([
    ['five fields', 'V\t281124200820Z\t\t01\tunknown', /5 fields/],
    ['another status', line('S', '281124200820Z', '', '01', 'unknown', '/CN=a'), /status/],
    ['no end', line('V', '', '', '01', 'unknown', '/CN=a'), /no time/],
    ['a day that is none', line('V', '280230000000Z', '', '01', 'unknown', '/CN=a'), /no time/],
    ['no serial', line('V', '281124200820Z', '', '', 'unknown', '/CN=a'), /no serial/],
    ['serial zero', line('V', '281124200820Z', '', '00', 'unknown', '/CN=a'), /no serial/],
    ['21 octets', line('V', '281124200820Z', '', '11'.repeat(21), 'unknown', '/CN=a'), /no serial/],
    ['revoked without a time', line('R', '281124200820Z', '', '01', 'unknown', '/CN=a'), /no time/],
    [
      'a reason of its own',
      line('R', '281124200820Z', '261125200821Z,bad', '01', 'unknown', '/CN=a'),
      /reason/,
    ],
    [
      'a reason of Object',
      line('R', '281124200820Z', '261125200821Z,toString', '01', 'u', '/CN=a'),
      /reason/,
    ],
    ['valid and revoked', line('V', '281124200820Z', '261125200821Z', '01', 'unknown', '/CN=a'), /as well/],
  ])('%s is a fault with its line number', (_what, bad, why) => {
    const { entries, faults } = parseIndex(`${VALID}\n${bad.replace('\t01\t', '\t02\t')}\n`);
    expect(entries).toHaveLength(1);
    expect(faults).toMatchObject([{ line: 2, why: expect.stringMatching(why) }]);
  });

  it('a serial that stands twice is a fault: revoking one would revoke both', () => {
    const twice = `${VALID}\n${VALID.replace('\t01\t', '\t0001\t').replace('alice', 'mallory')}\n`;
    expect(parseIndex(twice).faults).toMatchObject([{ line: 2 }]);
  });

  it('never throws, and never takes what it cannot read, whatever the bytes', () => {
    const field = fc.oneof(fc.string(), fc.constantFrom('V', 'R', 'E', '281124200820Z', '01', '/CN=a'));
    const lines = fc.array(fc.array(field, { maxLength: 8 }).map((fields) => fields.join('\t')));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          lines.map((all) => all.join('\n')),
        ),
        (text) => {
          const { entries, faults } = parseIndex(text);
          const filled = text
            .split('\n')
            .filter((one) => one.replace(/\r$/, '') !== '' && !one.startsWith('#'));
          expect(entries.length + faults.length).toBe(filled.length);
          for (const { serial } of entries) expect(serial).toMatch(/^(?!00)(?:[0-9a-f]{2}){1,20}$/);
        },
      ),
    );
  });
});

describe('indexSerial', () => {
  it.each([
    ['1', '01'],
    ['0F', '0f'],
    ['00FF', 'ff'],
    ['1000', '1000'],
    [`00${'AB'.repeat(20)}`, 'ab'.repeat(20)],
  ])('%s is %s', (text, serial) => expect(indexSerial(text)).toBe(serial));

  it.each(['', '0', '000', 'g1', ' 1', '11'.repeat(21)])('%j is none', (text) =>
    expect(indexSerial(text)).toBeNull(),
  );
});
