/** An entry of a calendar. Texts are one line or several; nothing in them can end their property. */
export type CalendarEntry = {
  /** The same entry again replaces the first: one per certificate. */
  uid: string;
  /** When what it says became true (DTSTAMP): the same entry always has the same bytes. */
  stamp: Date;
  at: Date;
  summary: string;
  description: string;
  /** http or https. */
  url: string;
  /** So many days before, the calendar reminds. */
  alarmDays: readonly number[];
};

const LINE_MAX_OCTETS = 75;

/**
 * One entry as an iCalendar file (RFC 5545): CRLF lines folded at 75 octets, UTF-8.
 *
 * @throws {RangeError} for a date outside the years 1 to 9999, which the format cannot write
 */
export function calendarFile(entry: CalendarEntry): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Hubgate//Hubgate//EN',
    'CALSCALE:GREGORIAN',
    // RFC 5546 section 3.2.1: for information; nobody is asked to answer.
    'METHOD:PUBLISH',
    'BEGIN:VEVENT',
    `UID:${escapeText(entry.uid)}`,
    `DTSTAMP:${instant(entry.stamp)}`,
    // An instant: without DTEND an event ends when it begins (section 3.6.1).
    `DTSTART:${instant(entry.at)}`,
    `SUMMARY:${escapeText(entry.summary)}`,
    `DESCRIPTION:${escapeText(entry.description)}`,
    `URL:${new URL(entry.url).href}`,
    'TRANSP:TRANSPARENT',
    ...entry.alarmDays.flatMap((days) => [
      'BEGIN:VALARM',
      'ACTION:DISPLAY',
      `DESCRIPTION:${escapeText(entry.summary)}`,
      `TRIGGER:-P${days}D`,
      'END:VALARM',
    ]),
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${fold(line)}\r\n`).join('');
}

/** Form 2 of section 3.3.5: UTC, without fractions. */
function instant(at: Date): string {
  const text = at.toISOString();
  if (text.length !== 24) throw new RangeError(`a calendar cannot hold ${text}`);
  return `${text.slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

/** Section 3.3.11. Control characters other than line ends have no place in a text. */
function escapeText(text: string): string {
  return text
    .replaceAll(/\r\n|[\r\n\u2028\u2029]/g, '\n')
    .replaceAll(/[\0-\x09\x0b-\x1f\x7f]+/g, ' ')
    .replaceAll(/[\\;,]/g, '\\$&')
    .replaceAll('\n', '\\n');
}

/** Section 3.1: a long line goes on after CRLF and one blank, which counts too; no character is cut. */
function fold(line: string): string {
  const parts: string[] = [];
  let part = '';
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > LINE_MAX_OCTETS) {
      parts.push(part);
      part = '';
      octets = 1;
    }
    part += character;
    octets += size;
  }
  return [...parts, part].join('\r\n ');
}
