import type { Translate } from '#lib/ctx';

import {
  availability,
  dayMark,
  lastDays,
  percentText,
  type Availability,
  type AvailabilityDay,
  type DayMark,
} from './availability';
import { escapeHtml } from '../ui/escape-html';

/** A day is two units wide, of which its bar takes 1.3. */
const STEP = 2;
const GAP = 0.7;

/** Middle of the bar's height by its class: the line lies at 16 of 26. */
const MIDDLES = { u: 10, g: 12.5, n: 15, d1: 18, d2: 19, d3: 20.5 } as const;
type Bar = keyof typeof MIDDLES;

const ABOVE: Record<DayMark['bar'], Bar | null> = { up: 'u', slow: 'g', none: 'n', out: null };
const BELOW = [null, 'd1', 'd2', 'd3'] as const;

/**
 * The availability strip as SVG text, with its figures as text alternative. Equal days in a row are one
 * dashed stroke (app/styles/hubs.css has the dashes), so that 90 quiet days weigh no more than one.
 */
export function stripHtml(
  days: readonly AvailabilityDay[],
  { t, now, locale }: { t: Translate; now: Date; locale: string },
): string {
  const last = lastDays(days, now);
  const label = availabilityText(availability(last), { t, locale });
  const paths = new Map<Bar, string>();
  const marks = last.map(({ seconds }) => dayMark(seconds));
  for (const bar of Object.keys(MIDDLES) as Bar[]) {
    const drawn = runs(marks.map((mark) => ABOVE[mark.bar] === bar || BELOW[mark.depth] === bar));
    if (drawn.length > 0) paths.set(bar, drawn.map(([at, length]) => runPath(bar, at, length)).join(''));
  }
  const bars = [...paths].map(([bar, path]) => `<path class="${bar}" d="${path}"/>`).join('');
  return (
    `<svg class="strip" viewBox="0 0 ${last.length * STEP} 26" preserveAspectRatio="none" role="img" ` +
    `aria-label="${escapeHtml(label)}"><path class="base" d="M0 16h${last.length * STEP}"/>${bars}</svg>`
  );
}

/** "99.6 % available in 90 days, outages on 2 days". */
export function availabilityText(
  { share, measuredDays, outageDays }: Availability,
  { t, locale }: { t: Translate; locale: string },
): string {
  if (share === null) return t('hubs.notMeasured');
  const values = { percent: percentText(share, locale), days: measuredDays, outages: outageDays };
  return t('hubs.available', values);
}

/** Where `true` stands in a row, as [first, how many]. */
function runs(flags: readonly boolean[]): [at: number, length: number][] {
  const found: [number, number][] = [];
  for (const [index, flag] of flags.entries()) {
    const last = found.at(-1);
    if (!flag) continue;
    if (last !== undefined && last[0] + last[1] === index) last[1] += 1;
    else found.push([index, 1]);
  }
  return found;
}

function runPath(bar: Bar, at: number, length: number): string {
  return `M${at * STEP} ${MIDDLES[bar]}h${(length * STEP - GAP).toFixed(1)}`;
}
