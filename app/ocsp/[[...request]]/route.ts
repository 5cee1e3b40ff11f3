/**
 * GET /ocsp/{base64} and POST /ocsp (RFC 6960). The front answers these itself, or hands them to the
 * OCSP process; what reaches the portal came by a front that does not know OCSP yet, or over https.
 */
import { OCSP_LIMIT, OCSP_SITES, ocspAnswer } from '#lib/http/ocsp';
import { route } from '#lib/http/route';

const answer = route({
  access: 'public',
  sites: OCSP_SITES,
  limit: OCSP_LIMIT,
  run: (ctx, { request }) => ocspAnswer(ctx, request),
});

export const GET = answer;
export const POST = answer;
