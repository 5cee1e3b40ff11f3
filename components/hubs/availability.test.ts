import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { translator } from '#lib/i18n/translator';

import {
  availability,
  dayMark,
  lastDays,
  percentText,
  STRIP_DAYS,
  type AvailabilityDay,
} from './availability';
import { stripHtml } from './strip-html';

const NOW = new Date('2026-11-28T12:00:00Z');
const t = translator('en');
const DAY = 86_400;

const seconds = (some: Partial<AvailabilityDay['seconds']>): AvailabilityDay['seconds'] => ({
  up: 0,
  starting: 0,
  degraded: 0,
  down: 0,
  stale: 0,
  unknown: 0,
  ...some,
});

describe('a day of a hub', () => {
  it.each([
    ['no record', undefined, 'none', 0],
    ['nothing known', { unknown: DAY }, 'none', 0],
    ['up', { up: DAY }, 'up', 0],
    ['a restart of under a minute', { up: DAY - 59, down: 59 }, 'up', 0],
    ['a minute out', { up: DAY - 60, down: 60 }, 'up', 1],
    ['a quarter of an hour out', { up: DAY - 900, down: 900 }, 'up', 2],
    ['a tenth of the day out', { up: DAY - 8640, stale: 8640 }, 'up', 3],
    ['out for most of it', { up: 40_000, down: DAY - 40_000 }, 'out', 3],
    ['left behind all day', { stale: DAY }, 'out', 3],
    ['slow for a twentieth of it', { up: DAY * 0.95, degraded: DAY * 0.05 }, 'slow', 0],
    ['slow, a little less', { up: DAY * 0.951, degraded: DAY * 0.049 }, 'up', 0],
    ['slow all day, and out', { degraded: DAY - 900, down: 900 }, 'slow', 2],
    ['out since it was looked at, half a minute ago', { down: 28 }, 'out', 1],
    ['out for the smaller half of a minute', { up: 20, down: 19 }, 'up', 0],
    ['only starting', { starting: 50 }, 'slow', 0],
  ] as const)('%s', (_, some, bar, depth) => {
    expect(dayMark(some === undefined ? undefined : seconds(some))).toEqual({ bar, depth });
  });
});

describe('the last 90 days', () => {
  const day = (date: string, some: Partial<AvailabilityDay['seconds']>) => ({ date, seconds: seconds(some) });

  it('end today, in UTC, and leave out what is older', () => {
    const days = lastDays([day('2026-08-30', { up: 1 }), day('2026-11-28', { up: 2 })], NOW);
    expect(days).toHaveLength(STRIP_DAYS);
    expect([days[0]?.date, days.at(-1)?.date]).toEqual(['2026-08-31', '2026-11-28']);
    expect(days.filter((one) => one.seconds !== undefined)).toHaveLength(1);
  });

  it('are said in figures that are never better than what was measured', () => {
    const days = [day('2026-11-27', { up: DAY - 60, down: 60 }), day('2026-11-28', { up: 43_200 })];
    expect(availability(lastDays(days, NOW))).toMatchObject({ measuredDays: 2, outageDays: 1 });
    expect(stripHtml(days, { t, now: NOW, locale: 'en' })).toContain(
      'aria-label="99.9\u00A0% available in 2 days, outages on 1 day"',
    );
    expect(percentText(0.99999, 'en')).toBe('99.9\u00A0%');
    expect(percentText(1, 'en')).toBe('100\u00A0%');
    expect(percentText(0, 'en')).toBe('0.0\u00A0%');
    expect(stripHtml([], { t, now: NOW, locale: 'en' })).toContain('aria-label="Not measured yet"');
  });

  it('are one stroke where nothing happened', () => {
    const quiet = lastDays([], NOW).map(({ date }) => day(date, { up: DAY }));
    const html = stripHtml(quiet, { t, now: NOW, locale: 'en' });
    expect(html).toContain('<path class="u" d="M0 10h179.3"/></svg>');
  });

  it('draw each day once above the line or as an outage only, and none outside', () => {
    const some = fc.record({
      up: fc.nat(DAY),
      starting: fc.nat(DAY),
      degraded: fc.nat(DAY),
      down: fc.nat(DAY),
      stale: fc.nat(DAY),
      unknown: fc.nat(DAY),
    });
    fc.assert(
      fc.property(fc.array(fc.option(some, { nil: null }), { maxLength: STRIP_DAYS }), (drawn) => {
        const days = lastDays([], NOW)
          .slice(0, drawn.length)
          .flatMap(({ date }, index) => (drawn[index] ? [{ date, seconds: drawn[index] }] : []));
        const html = stripHtml(days, { t, now: NOW, locale: 'en' });
        const lengths = [...html.matchAll(/<path class="(\w+)" d="([^"]+)"/g)].flatMap(([, bar, path = '']) =>
          [...path.matchAll(/M(\d+) [\d.]+h([\d.]+)/g)].map(([, at, width]) => ({
            bar,
            at: Number(at),
            days: (Number(width) + 0.7) / 2,
          })),
        );
        const above = lengths.filter(({ bar }) => bar === 'u' || bar === 'g' || bar === 'n');
        const only = lastDays(days, NOW).filter((one) => dayMark(one.seconds).bar === 'out').length;
        expect(Math.round(above.reduce((sum, one) => sum + one.days, 0)) + only).toBe(STRIP_DAYS);
        for (const one of lengths.filter(({ bar }) => bar !== 'base')) {
          expect(one.at / 2 + one.days).toBeLessThanOrEqual(STRIP_DAYS + 0.001);
        }
      }),
    );
  });
});
