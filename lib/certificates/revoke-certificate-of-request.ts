import type { Ctx } from '../ctx';
import { certificateOfRequest } from '../db/certificates';
import { HubgateError } from '../errors';
import { requireRequester } from '../identity/authorise';
import type { HolderReason } from './revocation-reasons';
import { revokeOwnCertificates, type OwnRevocation } from './revoke-own-certificates';

/**
 * Whoever has the pick-up secret of a request revokes its certificate.
 *
 * @throws {HubgateError} `request.not-found` without the secret, `certificate.not-found` while there is
 *   none, `certificate.state` for one that has expired, `signer.down`
 */
export async function revokeCertificateOfRequest(
  ctx: Ctx,
  input: { id: string; reason: HolderReason },
): Promise<OwnRevocation> {
  requireRequester(ctx, input.id);
  const row = await certificateOfRequest(ctx.db, input.id);
  if (row === null) {
    throw new HubgateError('certificate.not-found', `The request ${input.id} has no certificate yet.`);
  }
  const revoked = await revokeOwnCertificates(ctx, { serials: [row.serial], reason: input.reason });
  const own = revoked.find(({ serial }) => serial === row.serial);
  if (own === undefined) throw new Error('a certificate was revoked and is not in the answer');
  return own;
}
