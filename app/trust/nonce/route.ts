/** GET /trust/nonce on the portal -> {nonce, proofUrl, returnUrl, canaryExists}: for pages and programs that
 * ask the canary. `canaryExists` is false where the DNS has no such name, which is no distrust. */
import { randomBytes } from 'node:crypto';

import { route } from '#lib/http/route';
import { canaryNameExists } from '#lib/trust/canary-name';

export const GET = route({
  access: 'public',
  sites: ['portal', 'gate', 'http', 'unknown'],
  run: async (ctx) => {
    const nonce = randomBytes(24).toString('base64url');
    const { canaryUrl } = ctx.config.site;
    return {
      nonce,
      proofUrl: `${canaryUrl}/trust/proof?nonce=${nonce}`,
      returnUrl: `${canaryUrl}/trust/return?nonce=${nonce}`,
      canaryExists: await canaryNameExists(canaryUrl),
    };
  },
});
