/** What `<input type="datetime-local">` sends, with or without seconds. */
const LOCAL = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?$/;

/**
 * The instant at which clocks of a zone show this. An hour that clocks skip in spring is taken as if
 * they had not; of an hour that they show twice in autumn it is the first.
 *
 * @param text as `<input type="datetime-local">` sends it, `2026-11-28T09:00`
 * @param zone IANA name, `America/Santiago`
 * @returns null when it is no date and time
 */
export function instantOf(text: string, zone: string): Date | null {
  const [, year, month, day, hour, minute] = (LOCAL.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return null;
  if (hour === undefined || minute === undefined) return null;
  const asUtc = Date.UTC(year, month - 1, day, hour, minute);
  // Date.UTC takes 31 February for 3 March.
  if (new Date(asUtc).toISOString().slice(0, 16) !== text.slice(0, 16)) return null;
  // The offset may change between the guess and the instant: the earlier of both ways to see it.
  const before = asUtc - offsetAt(asUtc - 86_400_000, zone);
  const after = asUtc - offsetAt(asUtc + 86_400_000, zone);
  const fits = [before, after].filter((at) => at + offsetAt(at, zone) === asUtc);
  return new Date(fits.length === 0 ? before : Math.min(...fits));
}

/** The other way: `2026-11-28T09:00`, for the value of such an input. */
export function localTimeOf(at: Date, zone: string): string {
  return new Date(at.getTime() + offsetAt(at.getTime(), zone)).toISOString().slice(0, 16);
}

/** Milliseconds by which clocks of the zone are ahead of UTC at this instant, to the minute. */
function offsetAt(at: number, zone: string): number {
  const minute = Math.floor(at / 60_000) * 60_000;
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(minute);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute')) - minute;
}
