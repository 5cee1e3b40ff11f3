/**
 * GET <canary>/trust/proof?nonce=N -> {proof, expiresAt}. A script on the portal's page gets through
 * to here only when the browser trusts the root CA: a warning clicked away on another name does not help.
 */
import { z } from 'zod';

import { route } from '#lib/http/route';
import { makeTrustProof, TRUST_NONCE } from '#lib/trust/trust-proof';

export const GET = route({
  access: 'public',
  sites: ['canary'],
  query: z.strictObject({ nonce: z.string().regex(TRUST_NONCE, '16 to 64 letters, digits, - and _') }),
  run: (ctx, { query, request, instance }) => {
    const { proof, expiresAt } = makeTrustProof({
      secret: instance.secrets.canary,
      nonce: query.nonce,
      strength: 'proven',
      now: ctx.now(),
    });
    const headers = new Headers({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      vary: 'Origin',
      // The canary embeds nowhere, but its answer is for the portal's pages.
      'cross-origin-resource-policy': 'cross-origin',
    });
    const origin = request.headers.get('origin');
    const { url, httpUrl, gateUrl } = ctx.config.site;
    if (origin !== null && [url, httpUrl, gateUrl].includes(origin)) {
      headers.set('access-control-allow-origin', origin);
    }
    return new Response(`${JSON.stringify({ proof, expiresAt: expiresAt.toISOString() })}\n`, { headers });
  },
});
