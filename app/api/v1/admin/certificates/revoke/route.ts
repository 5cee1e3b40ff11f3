/**
 * POST /api/v1/admin/certificates/revoke {select, reason, expectedCount} -> what was revoked, as one
 * answer or, with `Accept: text/event-stream`, as progress. 409 when the selection holds another number.
 */
import { RevokeManyBody } from '#lib/certificates/revoke-body';
import { revokeCertificates } from '#lib/certificates/revoke-certificates';
import { RevokedMany } from '#lib/http/api-schemas';
import { revokeAnswer } from '#lib/http/revoke-answer';
import { route } from '#lib/http/route';

export const POST = route({
  access: 'certificates.revoke',
  audit: 'certificate.revoke-many',
  summary: 'Revoke every certificate of a selection',
  body: RevokeManyBody,
  response: RevokedMany,
  run: (ctx, { body, request }) => revokeAnswer(ctx, request, revokeCertificates(ctx, body)),
});
