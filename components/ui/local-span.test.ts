import { expect, it } from 'vitest';

import { localSpan } from './local-span';

const words = (key: 'span' | 'open', values: Record<string, string>): string =>
  key === 'span' ? `${values['from']} to ${values['until']}` : `from ${values['from']}`;

it.each([
  ['UTC', '2026-11-28T09:00Z', '2026-11-28T13:00Z', 'Saturday 28 November, 09:00 to 13:00 UTC'],
  [
    'America/Santiago',
    '2026-11-28T12:00Z',
    '2026-11-28T16:00Z',
    'Saturday 28 November, 09:00 to 13:00 (12:00 to 16:00 UTC)',
  ],
  [
    'Europe/Berlin',
    '2026-11-27T18:00Z',
    '2026-11-29T07:30Z',
    'Friday 27 November, 19:00 to Sunday 29 November, 08:30 (18:00 to Sunday 29 November, 07:30 UTC)',
  ],
  [
    'Pacific/Auckland',
    '2026-12-31T12:00Z',
    null,
    'from Friday 1 January 2027, 01:00 (from Thursday 31 December, 12:00 UTC)',
  ],
])('in %s from %s until %s', (zone, from, until, text) => {
  const span = { from: new Date(from), until: until === null ? null : new Date(until) };
  const now = new Date('2026-11-23T12:00Z');
  expect(localSpan(span, { zone, now, locale: 'en', words })).toBe(text);
});
