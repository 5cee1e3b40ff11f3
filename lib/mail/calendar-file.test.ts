import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { calendarFile, type CalendarEntry } from './calendar-file';

const ENTRY: CalendarEntry = {
  uid: `${'4a'.repeat(20)}@portal.example.org`,
  stamp: new Date('2026-11-23T12:00:00.700Z'),
  at: new Date('2027-11-23T11:59:59Z'),
  summary: 'Certificate alice ends',
  description: 'Renew it before: it opens the hubs, the portal; and more.\nThe old one is then superseded.',
  url: 'https://portal.example.org/certs/renew',
  alarmDays: [14, 3],
};

/** Reads a file back as section 3.1 of RFC 5545 says: unfolded lines, names and values. */
function read(file: string): [name: string, value: string][] {
  expect(file.endsWith('\r\n')).toBe(true);
  return file
    .slice(0, -2)
    .replaceAll('\r\n ', '')
    .split('\r\n')
    .map((line) => {
      const at = line.indexOf(':');
      expect(at).toBeGreaterThan(0);
      return [line.slice(0, at), line.slice(at + 1)];
    });
}

const text = (value: string): string =>
  value.replaceAll(/\\([\\;,n])/g, (_all, one: string) => (one === 'n' ? '\n' : one));

const valueOf = (file: string, name: string): string =>
  read(file).find(([found]) => found === name)?.[1] ?? '';

describe('calendarFile', () => {
  it('says when, what and where, and reminds before', () => {
    const file = calendarFile(ENTRY);
    expect(valueOf(file, 'DTSTART')).toBe('20271123T115959Z');
    expect(valueOf(file, 'DTSTAMP')).toBe('20261123T120000Z');
    expect(text(valueOf(file, 'DESCRIPTION'))).toBe(ENTRY.description);
    expect(valueOf(file, 'URL')).toBe(ENTRY.url);
    expect(read(file).filter(([name]) => name === 'TRIGGER')).toEqual([
      ['TRIGGER', '-P14D'],
      ['TRIGGER', '-P3D'],
    ]);
  });

  it('has the same bytes for the same certificate', () => {
    expect(calendarFile(ENTRY)).toBe(calendarFile({ ...ENTRY }));
  });

  it('keeps every line within 75 octets, cuts no character, and lets no text end its property', () => {
    // Of one to four octets, and all that has a meaning in the format.
    const unit = fc.constantFrom(...'aé日😀\r\n\t\0,;:\\" \u2028\x7f');
    const anything = fc.string({ unit, maxLength: 200 });
    fc.assert(
      fc.property(anything, anything, (summary, description) => {
        const file = calendarFile({ ...ENTRY, summary, description });
        const lines = file.slice(0, -2).split('\r\n');
        expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(75);
        expect(lines.join('')).not.toMatch(/[\0-\x1f\x7f]/);
        const names = read(file).map(([name]) => name);
        expect(names).toEqual(read(calendarFile(ENTRY)).map(([name]) => name));
        const plain = (from: string): string =>
          from.replaceAll(/\r\n|[\r\u2028\u2029]/g, '\n').replaceAll(/[\0-\x09\x0b-\x1f\x7f]+/g, ' ');
        expect(text(valueOf(file, 'SUMMARY'))).toBe(plain(summary));
      }),
    );
  });
});
