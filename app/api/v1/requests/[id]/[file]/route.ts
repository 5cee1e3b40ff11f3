/** GET /api/v1/requests/{id}/certificate.(pem|crt|p7b), chain.pem or fullchain.pem with the pick-up secret. */
import { z } from 'zod';

import { CERTIFICATE_FILES, certificateFile } from '#lib/certificates/certificate-file';
import { noteFetched } from '#lib/certificates/note-use';
import { RequestId } from '#lib/http/api-schemas';
import { download } from '#lib/http/download';
import { route } from '#lib/http/route';
import { viewOwnRequest } from '#lib/requests/view-own-request';

export const GET = route({
  access: 'requester',
  summary: 'Download the certificate',
  params: z.strictObject({ id: RequestId, file: z.enum(CERTIFICATE_FILES) }),
  run: async (ctx, { params, request }) => {
    const file = certificateFile(await viewOwnRequest(ctx, { id: params.id }), params.file);
    if (params.file !== 'chain.pem') await noteFetched(ctx, { id: params.id });
    return download(request, file, { cacheControl: 'private, no-store' });
  },
});
