/**
 * Without JavaScript: <canary>/trust/return?nonce=N sends the browser on to the portal with a proof
 * (a weak one: the visitor may have clicked a warning away here), and the portal's own
 * /trust/return?proof=P keeps it in a cookie until a request is sent.
 */
import { z } from 'zod';

import { hostCookie } from '#lib/http/cookies';
import { route } from '#lib/http/route';
import { TRUST_COOKIE } from '#lib/http/trust-cookie';
import { makeTrustProof, TRUST_NONCE, TRUST_PROOF_SECONDS, verifyTrustProof } from '#lib/trust/trust-proof';

/** Pages that the visitor may have come from. */
const BACK = { status: '/status', ca: '/ca', new: '/certs/new' } as const;
const to = z.enum(['status', 'ca', 'new']).default('status');

export const GET = route({
  access: 'public',
  sites: ['canary', 'portal', 'gate'],
  query: z.union([
    z.strictObject({ nonce: z.string().regex(TRUST_NONCE), to }),
    z.strictObject({ proof: z.string().max(500), to }),
  ]),
  run: (ctx, { query, site, instance }) => {
    const secret = instance.secrets.canary;
    const headers = new Headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    if ('nonce' in query) {
      if (site !== 'canary') return new Response(null, { status: 404, headers });
      const { proof } = makeTrustProof({ secret, nonce: query.nonce, strength: 'weak', now: ctx.now() });
      headers.set('location', `${ctx.config.site.url}/trust/return?proof=${proof}&to=${query.to}`);
      return new Response(null, { status: 303, headers });
    }
    if (site === 'canary') return new Response(null, { status: 404, headers });
    const good = verifyTrustProof({ secret, proof: query.proof, now: ctx.now() }) !== null;
    if (good) headers.set('set-cookie', hostCookie(TRUST_COOKIE, query.proof, TRUST_PROOF_SECONDS));
    headers.set('location', `${BACK[query.to]}?trust=${good ? 'returned' : 'refused'}`);
    return new Response(null, { status: 303, headers });
  },
});
