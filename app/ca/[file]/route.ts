/** GET /ca/root-ca.crt, …: the CA's public files, over http and https, at addresses that never change. */
import { z } from 'zod';

import { download } from '#lib/http/download';
import { route } from '#lib/http/route';
import { CA_FILE_NAME, caFile } from '#lib/trust/ca-files';

export const GET = route({
  access: 'public',
  sites: ['portal', 'gate', 'http', 'unknown'],
  params: z.strictObject({ file: z.string().regex(CA_FILE_NAME) }),
  run: (ctx, { params, request, instance }) =>
    download(request, caFile({ ...instance, name: params.file, now: ctx.now() }), {
      // Short, since a roll-over must reach people; the ETag makes asking again cheap.
      cacheControl: 'public, max-age=300',
      attachment: params.file !== 'SHA256SUMS',
    }),
});
