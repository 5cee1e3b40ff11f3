/**
 * POST /api/v1/admin/requests/sign {ids} or {all: true} -> a stream of `item` events and `done`, or
 * with Accept: application/json one answer at the end.
 */
import { SignBody, SignResults } from '#lib/http/api-schemas';
import { route } from '#lib/http/route';
import { signAnswer } from '#lib/http/sign-answer';
import { signRequests } from '#lib/requests/sign-requests';

export const POST = route({
  access: 'requests.sign',
  audit: 'request.sign',
  summary: 'Sign approved requests',
  body: SignBody,
  response: SignResults,
  run: (ctx, { body, request }) => signAnswer(ctx, request, signRequests(ctx, body)),
});
