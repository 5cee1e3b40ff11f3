/**
 * GET /crl/root-ca.crl, /crl/signing-ca.crl and their like: DER, over http as RFC 5280 section 8
 * advises; /crl/crls.pem for gates.
 */
import { z } from 'zod';

import { download } from '#lib/http/download';
import { route } from '#lib/http/route';
import { CRL_FILE_NAME, crlFile } from '#lib/trust/crl-file';

export const GET = route({
  access: 'public',
  sites: ['portal', 'gate', 'http', 'unknown'],
  params: z.strictObject({ file: z.string().regex(CRL_FILE_NAME) }),
  run: async (ctx, { params, request }) => {
    const { type, bytes, thisUpdate, cacheControl } = await crlFile(ctx, params.file);
    return download(request, { name: params.file, type, bytes }, { cacheControl, lastModified: thisUpdate });
  },
});
