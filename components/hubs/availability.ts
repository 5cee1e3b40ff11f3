/** Seconds of a day in each state of a hub. */
type DaySeconds = Readonly<Record<'up' | 'starting' | 'degraded' | 'down' | 'stale' | 'unknown', number>>;

/** One day of a hub's history, in UTC: `2026-11-28`. */
export type AvailabilityDay = { date: string; seconds: DaySeconds };

/** How a day is drawn: its bar above the line, and how deep below it (0 to 3). */
export type DayMark = { bar: 'up' | 'slow' | 'none' | 'out'; depth: 0 | 1 | 2 | 3 };

export const STRIP_DAYS = 90;

/** A restart takes seconds and is no outage. */
const OUTAGE_S = 60;
const QUARTER_HOUR_S = 900;
const TENTH_OF_DAY_S = 8640;
const DAY_MS = 86_400_000;

/** The last 90 days by date, oldest first; days without a record are undefined. */
export function lastDays(
  days: readonly AvailabilityDay[],
  now: Date,
): { date: string; seconds: DaySeconds | undefined }[] {
  const known = new Map(days.map(({ date, seconds }) => [date, seconds]));
  return Array.from({ length: STRIP_DAYS }, (_, index) => {
    const at = new Date(now.getTime() - (STRIP_DAYS - 1 - index) * DAY_MS);
    const date = at.toISOString().slice(0, 10);
    return { date, seconds: known.get(date) };
  });
}

/** How this day is drawn. */
export function dayMark(seconds: DaySeconds | undefined): DayMark {
  if (seconds === undefined) return { bar: 'none', depth: 0 };
  const measured = measuredSeconds(seconds);
  if (measured === 0) return { bar: 'none', depth: 0 };
  const out = outageSeconds(seconds);
  const depth = out < OUTAGE_S ? 0 : out < QUARTER_HOUR_S ? 1 : out < TENTH_OF_DAY_S ? 2 : 3;
  // Also when it was watched for seconds only: what was out of them is no day up.
  if (out * 2 > measured) return { bar: 'out', depth: depth === 0 ? 1 : depth };
  const slow = (seconds.degraded + seconds.starting) * 20 >= measured;
  return { bar: slow ? 'slow' : 'up', depth };
}

export function outageSeconds({ down, stale }: DaySeconds): number {
  return down + stale;
}

function measuredSeconds({ up, starting, degraded, down, stale }: DaySeconds): number {
  return up + starting + degraded + down + stale;
}

/** Part of the measured time in which it answered, slowly too; null where nothing was measured. */
export function availableShare(seconds: DaySeconds): number | null {
  const measured = measuredSeconds(seconds);
  return measured === 0 ? null : (seconds.up + seconds.degraded) / measured;
}

export type Availability = {
  /** Part of the measured time in which it answered, slowly too; null where nothing was measured. */
  share: number | null;
  measuredDays: number;
  outageDays: number;
};

/** What the strip says in figures. What is starting does not answer yet, and counts against it. */
export function availability(days: readonly { seconds: DaySeconds | undefined }[]): Availability {
  let measured = 0;
  let answered = 0;
  let measuredDays = 0;
  let outageDays = 0;
  for (const { seconds } of days) {
    if (seconds === undefined || measuredSeconds(seconds) === 0) continue;
    measured += measuredSeconds(seconds);
    answered += seconds.up + seconds.degraded;
    measuredDays += 1;
    if (dayMark(seconds).depth > 0) outageDays += 1;
  }
  return { share: measured === 0 ? null : answered / measured, measuredDays, outageDays };
}

/** "99.6 %"; cut, not rounded: only what was never out is 100 %. */
export function percentText(share: number, locale: string): string {
  const tenths = Math.floor(share * 1000) / 10;
  const digits = tenths === 100 ? 0 : 1;
  const text = new Intl.NumberFormat(locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(tenths);
  return `${text}\u00A0%`;
}
