/** GET /crl/root-ca.crl and /crl/signing-ca.crl: DER, over http as RFC 5280 section 8 advises. */
import { z } from 'zod';

import { download } from '#lib/http/download';
import { route } from '#lib/http/route';
import { CRL_FILES, CRL_MAX_AGE_SECONDS, crlFile } from '#lib/trust/crl-file';

export const GET = route({
  access: 'public',
  sites: ['portal', 'gate', 'http', 'unknown'],
  params: z.strictObject({ file: z.enum(CRL_FILES) }),
  run: async (ctx, { params, request }) =>
    download(
      request,
      { name: params.file, type: 'application/pkix-crl', bytes: await crlFile(ctx, params.file) },
      { cacheControl: `public, max-age=${CRL_MAX_AGE_SECONDS}` },
    ),
});
