import { z } from 'zod';

import { openRequest } from '../requests/open-request';
import { RequestParams } from './api-schemas';
import { checkOrigin } from './origin';
import { requesterCookie } from './requester-cookie';
import { route } from './route';

const FORM = 'application/x-www-form-urlencoded';
const Secret = z.strictObject({ secret: z.string().trim().min(1).max(200) });

/** Exchanges a pick-up secret for a cookie. A wrong one leads a form back with `?problem=`. */
export const openWithSecret = route({
  access: 'public',
  params: RequestParams,
  body: Secret,
  maxBytes: 4096,
  limit: { name: 'open', burst: 120, perMinute: 60 },
  raw: {
    types: [FORM],
    // A wrong form is a wrong secret: openRequest says so.
    read: (bytes) => ({
      secret: (new URLSearchParams(new TextDecoder().decode(bytes)).get('secret') ?? '').trim().slice(0, 200),
    }),
  },
  run: async (ctx, { params, body, request, instance }) => {
    checkOrigin(request.method, request.headers, instance.config);
    const page = `/certs/requests/${params.id}`;
    const form = (request.headers.get('content-type') ?? '').startsWith(FORM);
    try {
      await openRequest(ctx, { id: params.id, pickupSecret: body.secret });
    } catch (error) {
      if (!form) throw error;
      return new Response(null, { status: 303, headers: { location: `${page}?problem=request.not-found` } });
    }
    const headers = new Headers({
      'set-cookie': requesterCookie(params.id, instance.secrets.session, ctx.now()),
      'cache-control': 'no-store',
    });
    if (!form) return new Response(null, { status: 204, headers });
    headers.set('location', page);
    return new Response(null, { status: 303, headers });
  },
});
