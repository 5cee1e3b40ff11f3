/**
 * GET /crl/root-ca.crl, /crl/signing-ca.crl and /crl/{key id of a signing CA}.crl: DER, over http as
 * RFC 5280 section 8 advises.
 */
import { z } from 'zod';

import { download } from '#lib/http/download';
import { route } from '#lib/http/route';
import { crlFile, CrlFileName } from '#lib/trust/crl-file';

export const GET = route({
  access: 'public',
  sites: ['portal', 'gate', 'http', 'unknown'],
  params: z.strictObject({ file: CrlFileName }),
  run: async (ctx, { params, request }) => {
    const { bytes, thisUpdate, cacheControl } = await crlFile(ctx, params.file);
    const file = { name: params.file, type: 'application/pkix-crl', bytes };
    return download(request, file, { cacheControl, lastModified: thisUpdate });
  },
});
