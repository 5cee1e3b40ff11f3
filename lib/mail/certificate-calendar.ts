import type { Translate } from '../ctx';
import type { CalendarEntry } from './calendar-file';

/** Days before the end on which a calendar reminds, whatever mails the portal sends. */
const ALARM_DAYS = [14, 3] as const;

/**
 * The end of a certificate as an entry for calendars.
 *
 * @param certificate.link any address of the portal
 */
export function endOfCertificate(
  certificate: { serial: string; commonName: string; notBefore: string; notAfter: string; link: string },
  t: Translate,
): { name: string; entry: CalendarEntry } {
  const { serial, commonName, notBefore, notAfter, link } = certificate;
  const renewal = new URL('/certs/renew', link);
  return {
    name: `${commonName.replace(/[^A-Za-z0-9._-]/g, '_')}-renewal.ics`,
    entry: {
      uid: `${serial}@${renewal.hostname}`,
      stamp: new Date(notBefore),
      at: new Date(notAfter),
      summary: t('mail.calendar.summary', { commonName }),
      description: t('mail.calendar.description', { commonName, serial }),
      url: renewal.href,
      alarmDays: ALARM_DAYS,
    },
  };
}
