/** The properties of a VEVENT; parameters stay in the name. */
export type CalendarEvent = Record<string, string>;

const REQUIRED = ['UID', 'DTSTAMP', 'DTSTART', 'SUMMARY'];

/**
 * Reads an iCalendar file as strictly as RFC 5545 allows: CRLF, at most 75 octets a line, components
 * that close as they opened, VERSION and PRODID once, and what an event must have.
 *
 * @throws {Error} that names the first fault
 */
export function parseCalendar(text: string): CalendarEvent[] {
  if (!text.endsWith('\r\n')) throw new Error('the last line does not end with CRLF');
  const lines = text.slice(0, -2).split('\r\n');
  for (const line of lines) {
    if (/[\r\n]/.test(line)) throw new Error(`a line end that is not CRLF in ${JSON.stringify(line)}`);
    if (Buffer.byteLength(line) > 75) throw new Error(`more than 75 octets: ${line}`);
  }
  const events: CalendarEvent[] = [];
  const open: string[] = [];
  const calendar: CalendarEvent = {};
  let alarms = 0;
  for (const line of lines.join('\r\n').replaceAll('\r\n ', '').split('\r\n')) {
    const [, name, value] = /^([A-Z-]+(?:;[^:]*)?):(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`no property: ${line}`);
    if (name === 'BEGIN') {
      open.push(value);
      if (value === 'VEVENT') events.push({});
      if (value === 'VALARM') alarms += 1;
    } else if (name === 'END') {
      if (open.pop() !== value) throw new Error(`${value} ends, but was not open`);
    } else if (open.at(-1) === 'VEVENT') {
      const event = events.at(-1) ?? {};
      if (name in event) throw new Error(`${name} twice`);
      event[name] = value;
    } else if (open.at(-1) === 'VCALENDAR') calendar[name] = value;
    else if (open.at(-1) !== 'VALARM') throw new Error(`outside of everything: ${line}`);
  }
  if (open.length > 0) throw new Error(`${open.join(', ')} left open`);
  if (calendar['VERSION'] !== '2.0' || !calendar['PRODID']) throw new Error('no VERSION:2.0 or no PRODID');
  for (const event of events) {
    const missing = REQUIRED.filter((name) => !event[name]);
    if (missing.length > 0) throw new Error(`an event without ${missing.join(', ')}`);
  }
  if (events.length === 0 || alarms === 0) throw new Error('no event, or none that reminds');
  return events;
}
