import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { instantOf, localTimeOf } from './local-time';

describe('times as clocks of a zone show them', () => {
  it.each([
    ['2026-11-28T09:00', 'UTC', '2026-11-28T09:00Z'],
    ['2026-11-28T09:00', 'America/Santiago', '2026-11-28T12:00Z'],
    ['2026-06-28T09:00:30', 'America/Santiago', '2026-06-28T13:00Z'],
    ['2026-11-28T09:00', 'Asia/Kathmandu', '2026-11-28T03:15Z'],
    // Skipped in spring: 02:30 as if clocks had not been put forward.
    ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:30Z'],
    // Twice in autumn: the first.
    ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30Z'],
    ['2026-10-25T03:30', 'Europe/Berlin', '2026-10-25T02:30Z'],
  ])('%s in %s is %s', (text, zone, instant) => {
    expect(instantOf(text, zone)).toEqual(new Date(instant));
  });

  it.each([
    '',
    '2026-02-31T09:00',
    '2026-11-28',
    '2026-11-28T25:00',
    '2026-11-28T09:00Z',
    '0000-01-01T00:00',
  ])('"%s" is none', (text) => {
    expect(instantOf(text, 'UTC')).toBeNull();
  });

  it('go there and back, whatever the zone', () => {
    const zone = fc.constantFrom(
      'UTC',
      'America/Santiago',
      'Europe/Berlin',
      'Asia/Kathmandu',
      'Pacific/Apia',
    );
    const minute = fc.integer({ min: 0, max: 60 * 24 * 365 * 60 });
    fc.assert(
      fc.property(zone, minute, (name, minutes) => {
        const at = new Date(Date.UTC(2000, 0, 1) + minutes * 60_000);
        const shown = localTimeOf(at, name);
        const back = instantOf(shown, name);
        // Of an hour that clocks show twice the first is taken.
        expect(back === null ? null : localTimeOf(back, name)).toBe(shown);
        expect(at.getTime() - (back?.getTime() ?? 0)).toBeOneOf([0, 3_600_000]);
      }),
      { numRuns: 300 },
    );
  });
});
