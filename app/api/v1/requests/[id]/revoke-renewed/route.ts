/** POST /api/v1/requests/{id}/revoke-renewed {serial} with the pick-up secret of a renewal: ends the certificate that it renewed. */
import { revokeRenewed } from '#lib/certificates/revoke-renewed';
import { RequestParams, Revoked, RevokeRenewedBody } from '#lib/http/api-schemas';
import { route } from '#lib/http/route';

export const POST = route({
  access: 'requester',
  audit: 'certificate.revoke',
  summary: 'Revoke the certificate that this request renewed',
  params: RequestParams,
  body: RevokeRenewedBody,
  response: Revoked,
  run: (ctx, { params, body }) => revokeRenewed(ctx, { id: params.id, serial: body.serial }),
});
