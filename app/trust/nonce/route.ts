/** GET /trust/nonce on the portal -> {nonce, proofUrl, returnUrl}: for programs that ask the canary. */
import { randomBytes } from 'node:crypto';

import { route } from '#lib/http/route';

export const GET = route({
  access: 'public',
  sites: ['portal', 'gate', 'http', 'unknown'],
  run: (ctx) => {
    const nonce = randomBytes(24).toString('base64url');
    const { canaryUrl } = ctx.config.site;
    return {
      nonce,
      proofUrl: `${canaryUrl}/trust/proof?nonce=${nonce}`,
      returnUrl: `${canaryUrl}/trust/return?nonce=${nonce}`,
    };
  },
});
