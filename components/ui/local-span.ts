/**
 * "Saturday 28 November, 09:00 to 13:00 (12:00 to 16:00 UTC)": when something planned happens, as clocks
 * of a zone show it, and in UTC where that differs. The year stands there when it is not this one.
 *
 * @param span  `until` null: without an end
 * @param words the sentence around: `{from}` and `{until}`, and the one without an end
 */
export function localSpan(
  span: { from: Date; until: Date | null },
  {
    zone,
    now,
    locale,
    words,
  }: {
    zone: string;
    now: Date;
    locale: string;
    words: (key: 'span' | 'open', values: Record<string, string>) => string;
  },
): string {
  const local = say(span, { zone, now, locale, words }, true);
  const utc = say(span, { zone: 'UTC', now, locale, words }, true);
  if (local === utc) return `${local} UTC`;
  // The day is said once, unless the two zones are on different ones.
  const sameDay = dayOf(span.from, zone) === dayOf(span.from, 'UTC');
  const shortUtc = sameDay ? say(span, { zone: 'UTC', now, locale, words }, false) : utc;
  return `${local} (${shortUtc} UTC)`;
}

type Saying = Parameters<typeof localSpan>[1];

function say(span: { from: Date; until: Date | null }, how: Saying, withDay: boolean): string {
  const { zone, words } = how;
  const { from, until } = span;
  const begins = withDay ? `${day(from, how)}, ${clock(from, how)}` : clock(from, how);
  if (until === null) return words('open', { from: begins });
  const sameDay = dayOf(from, zone) === dayOf(until, zone);
  const ends = sameDay ? clock(until, how) : `${day(until, how)}, ${clock(until, how)}`;
  return words('span', { from: begins, until: ends });
}

function day(at: Date, { zone, now, locale }: Saying): string {
  const year =
    dayOf(at, zone).slice(0, 4) === dayOf(now, zone).slice(0, 4) ? {} : { year: 'numeric' as const };
  return new Intl.DateTimeFormat(british(locale), {
    timeZone: zone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...year,
  })
    .format(at)
    .replace(',', '');
}

function clock(at: Date, { zone, locale }: Saying): string {
  return new Intl.DateTimeFormat(british(locale), {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(at);
}

/** `2026-11-28`, to compare. */
function dayOf(at: Date, zone: string): string {
  return new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(at);
}

const british = (locale: string): string => (locale === 'en' ? 'en-GB' : locale);
