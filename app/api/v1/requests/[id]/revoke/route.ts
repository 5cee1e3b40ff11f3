/** POST /api/v1/requests/{id}/revoke {reason} with the pick-up secret -> {serial, state, revokedAt, reason}. */
import { RevokeOwnBody } from '#lib/certificates/revoke-body';
import { revokeCertificateOfRequest } from '#lib/certificates/revoke-certificate-of-request';
import { RequestParams, Revoked } from '#lib/http/api-schemas';
import { route } from '#lib/http/route';

export const POST = route({
  access: 'requester',
  audit: 'certificate.revoke',
  summary: "Revoke the request's own certificate",
  params: RequestParams,
  body: RevokeOwnBody,
  response: Revoked,
  run: (ctx, { params, body }) => revokeCertificateOfRequest(ctx, { id: params.id, reason: body.reason }),
});
