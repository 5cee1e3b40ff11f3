import type { Ctx, Translate } from '../ctx';
import { certificateOfRequest } from '../db/certificates';
import { HubgateError } from '../errors';
import { requireRequester } from '../identity/authorise';
import { calendarFile } from '../mail/calendar-file';
import { endOfCertificate } from '../mail/certificate-calendar';

/**
 * The end of a request's certificate as a file for calendars: the same that goes along with mails.
 *
 * @throws {HubgateError} `request.not-found` without the pick-up secret, `certificate.not-found` while
 *   there is none
 */
export async function certificateCalendar(
  ctx: Ctx,
  input: { id: string },
  t: Translate,
): Promise<{ name: string; type: string; bytes: Uint8Array }> {
  requireRequester(ctx, input.id);
  const row = await certificateOfRequest(ctx.db, input.id);
  if (row === null) {
    throw new HubgateError('certificate.not-found', `The request ${input.id} has no certificate yet.`);
  }
  const { name, entry } = endOfCertificate(
    {
      serial: row.serial,
      commonName: row.commonName,
      notBefore: row.notBefore.toISOString(),
      notAfter: row.notAfter.toISOString(),
      link: ctx.config.site.url,
    },
    t,
  );
  const bytes = new TextEncoder().encode(calendarFile(entry));
  return { name, type: 'text/calendar; charset=utf-8; method=PUBLISH', bytes };
}
