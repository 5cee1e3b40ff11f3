const STEPS: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** "48 minutes ago", "in 3 days": the largest whole unit, in the words of the locale. */
export function relativeTime(at: Date, now: Date, locale: string): string {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
  // "now": seconds that tick by say nothing.
  if (Math.abs(seconds) < 10) return relativeFormat(locale, 'auto').format(0, 'second');
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  return relativeFormat(locale, 'always').format(Math.trunc(seconds / size), unit);
}

// To make one takes a hundred times as long as to use it, and every page's footer says a time.
const relativeFormats = new Map<string, Intl.RelativeTimeFormat>();

function relativeFormat(locale: string, numeric: 'auto' | 'always'): Intl.RelativeTimeFormat {
  const key = `${locale} ${numeric}`;
  const known = relativeFormats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.RelativeTimeFormat(locale, { numeric });
  relativeFormats.set(key, made);
  return made;
}

/** "12 days": a span without direction. */
export function spanOfTime(seconds: number, locale: string): string {
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(
    Math.trunc(Math.abs(seconds) / size),
  );
}

/** "2026-11-23 14:18 UTC". */
export function utcTime(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** "23 Nov 2026", in UTC. */
export function utcDay(at: Date, locale: string): string {
  return new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, {
    day: '2-digit',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(at);
}
