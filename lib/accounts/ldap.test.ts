import fc from 'fast-check';
import { FilterParser } from 'ldapts';
import { describe, expect, it } from 'vitest';

import { hasEnded } from './ldap-ended';
import { escapeFilterValue, fillFilter } from './ldap-filter';

describe('a value in a filter', () => {
  // RFC 4515 section 4.
  it.each([
    [
      'Parens R Us (for all your parenthetical needs)',
      'Parens R Us \\28for all your parenthetical needs\\29',
    ],
    ['*', '\\2a'],
    ['C:\\MyFile', 'C:\\5cMyFile'],
    ['\u0000\u0004', '\\00\\04'],
    ['Lučić', 'Lu\\c4\\8di\\c4\\87'],
    ['alice', 'alice'],
  ])('%j is %s', (value, escaped) => expect(escapeFilterValue(value)).toBe(escaped));

  it('stays one value, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (value) => {
        const filter = fillFilter('(&(objectClass=person)(uid={account}))', { account: value });
        const [head, tail] = ['(&(objectClass=person)(uid=', '))'];
        expect(filter.startsWith(head) && filter.endsWith(tail)).toBe(true);
        expect(filter.slice(head.length, -tail.length)).toMatch(/^(?:[^\u0000()*\\]|\\[0-9a-f]{2})*$/);
        expect(() => FilterParser.parseString(filter)).not.toThrow();
      }),
    );
  });

  it('needs a place for which there is a value', () => {
    expect(() => fillFilter('(uid={uid})', { account: 'x' })).toThrow(RangeError);
    expect(() => fillFilter('(uid={constructor})', { account: 'x' })).toThrow(RangeError);
    expect(fillFilter('(|(a={account})(b={account}))', { account: '{account}' })).toBe(
      '(|(a={account})(b={account}))',
    );
  });
});

describe('an entry that has ended', () => {
  const now = new Date('2026-11-26T12:00:00Z');
  const DAY = 20_783; // of `now`, since 1970
  it.each([
    ['shadowExpire', String(DAY), true],
    ['shadowExpire', String(DAY + 1), false],
    ['shadowExpire', '-1', false],
    ['shadowExpire', 'soon', false],
    ['accountExpires', '0', false],
    ['accountExpires', '9223372036854775807', false],
    ['accountExpires', String((BigInt(now.getTime()) + 11_644_473_600_000n) * 10_000n), true],
    ['accountExpires', String((BigInt(now.getTime() + 86_400_000) + 11_644_473_600_000n) * 10_000n), false],
    ['nsAccountLock', 'TRUE', true],
    ['nsAccountLock', 'FALSE', false],
    ['pwdAccountLockedTime', '000001010000Z', true],
    ['pwdAccountLockedTime', '20261126110000Z', false],
    ['userAccountControl', '514', true],
    ['userAccountControl', '512', false],
    ['loginShell', '/bin/false', true],
    ['loginShell', '/bin/bash', false],
  ])('%s %s: %s', (attribute, value, ended) => {
    const first = (name: string) => (name === attribute ? value : null);
    expect(hasEnded(first, { endedShells: ['/bin/false'], now })).toBe(ended);
  });
});
