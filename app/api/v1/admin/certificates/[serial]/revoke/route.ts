/**
 * POST /api/v1/admin/certificates/{serial}/revoke -> {serial, state, revokedAt, reason}. Nothing is
 * decided here: who may revoke, and for which reasons, are rules of lib/certificates.
 */
import { RevokeBody } from '#lib/certificates/revoke-body';
import { revokeCertificate } from '#lib/certificates/revoke-certificate';
import { Revoked, SerialParams } from '#lib/http/api-schemas';
import { route } from '#lib/http/route';

export const POST = route({
  access: 'certificates.revoke',
  audit: 'certificate.revoke',
  summary: 'Revoke a certificate',
  params: SerialParams,
  body: RevokeBody,
  response: Revoked,
  run: (ctx, { params, body }) => revokeCertificate(ctx, { serial: params.serial, reason: body.reason }),
});
