/** GET /certs/requests/{id}/renewal.ics: the certificate's end for a calendar (RFC 5545), with the request's cookie or secret. */
import { certificateCalendar } from '#lib/certificates/certificate-calendar';
import { RequestParams } from '#lib/http/api-schemas';
import { download } from '#lib/http/download';
import { route } from '#lib/http/route';
import { translator } from '#lib/i18n/translator';

export const GET = route({
  access: 'requester',
  params: RequestParams,
  run: async (ctx, { params, request, caller }) =>
    download(request, await certificateCalendar(ctx, params, translator(caller.locale)), {
      cacheControl: 'private, no-store',
    }),
});
