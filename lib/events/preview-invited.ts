import type { Ctx } from '../ctx';
import { findParticipant } from '../db/events';
import { previewWish } from '../requests/preview-request';
import { readWish } from '../requests/read-wish';
import type { RequestPreview } from '../requests/views';
import { requireUsable, unknown } from './find-invitation';

/**
 * What a certificate by this invitation would hold. Stores nothing.
 *
 * @throws {HubgateError} `invitation.*`, and those of readWish()
 */
export async function previewInvited(
  ctx: Ctx,
  input: { participantId: string; linkHash: string; csr: Uint8Array; label?: string | undefined },
): Promise<RequestPreview> {
  const found = await findParticipant(ctx.db, input.participantId);
  if (found === null || found.linkHash !== input.linkHash) throw unknown();
  await requireUsable(ctx, ctx.db, found);
  const { commonName } = found;
  const wish = await readWish(ctx, { csr: input.csr, commonName, email: null, label: input.label });
  return previewWish(ctx, wish, { emailProven: false, endsAt: found.event.endsAt });
}
