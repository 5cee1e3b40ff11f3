/** The JSON of /status/cert-check (Accept: application/json); proxy.ts leads here, the address stays. */
import { certCheckAnswer } from '#lib/http/cert-check';
import { route } from '#lib/http/route';

export const GET = route({
  access: 'public',
  run: (ctx, { request, caller }) => certCheckAnswer(ctx, request, caller),
});
