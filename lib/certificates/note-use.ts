import type { ClientCertificateStatus } from '../client-cert/status';
import type { Ctx } from '../ctx';
import { setFirstUse } from '../db/certificates';
import { requireRequester } from '../identity/authorise';

/**
 * The requester has the certificate of this request now, in whatever form: the steps on their pages go
 * on to the import. No audit event: it decides nothing.
 *
 * @throws {HubgateError} `request.not-found` unless the actor showed its pick-up secret
 */
export async function noteFetched(ctx: Ctx, input: { id: string }): Promise<void> {
  requireRequester(ctx, input.id);
  await setFirstUse(ctx.db, { requestId: input.id }, 'fetchedAt', ctx.now());
}

/** The gate has accepted this certificate: it is imported where it is used. */
export async function noteSeen(ctx: Ctx, status: ClientCertificateStatus): Promise<void> {
  if (!status.accepted || status.certificate === undefined) return;
  await setFirstUse(ctx.db, { serial: status.certificate.serial }, 'seenAt', ctx.now());
}
