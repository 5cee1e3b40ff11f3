import type { Ctx } from '../ctx';
import { certificateOfRequest, findCertificateRow } from '../db/certificates';
import { HubgateError } from '../errors';
import { requireRequester } from '../identity/authorise';
import { loadRequest } from '../requests/transition';
import { certificateNotFound } from './find-certificate';
import { certificateExpired } from './revoke-certificate';
import { sendRevocations } from './send-revocations';

/**
 * Whoever picked up a renewal ends the certificate that it renewed, before its time: reason
 * `superseded`. It must be named, so that nobody ever ends another one by a slip, and the new one must
 * be in force, or its holder would stand there with none.
 *
 * @param input.id     the renewal's request
 * @param input.serial the old certificate's
 * @throws {HubgateError} `request.not-found` without the pick-up secret; `certificate.not-found` when
 *   this request renewed no certificate with this serial; `certificate.state` while the new one is not
 *   in force, and when the old one has ended; `signer.down`
 */
export async function revokeRenewed(
  ctx: Ctx,
  input: { id: string; serial: string },
): Promise<{ serial: string; state: 'REVOKED'; revokedAt: string; reason: string }> {
  requireRequester(ctx, input.id);
  const { renewsSerial } = await loadRequest(ctx.db, input.id);
  const old = renewsSerial === input.serial ? await findCertificateRow(ctx.db, renewsSerial) : null;
  if (old === null) throw certificateNotFound();
  const now = ctx.now();
  const fresh = await certificateOfRequest(ctx.db, input.id);
  if (fresh === null || fresh.state !== 'VALID' || fresh.notBefore > now || fresh.notAfter < now) {
    throw new HubgateError(
      'certificate.state',
      'The new certificate is not in force, so the old one stays: its holder would be left with none.',
      { params: { state: fresh?.state ?? 'NONE' } },
    );
  }
  if (old.state !== 'REVOKED' && old.notAfter < now) throw certificateExpired();
  const { revoked } = await sendRevocations(ctx, {
    serials: [old.serial],
    reason: 'superseded',
    about: () => ({ renewedBy: fresh.serial }),
    tellHolder: false,
  });
  const done = revoked.find(({ serial }) => serial === old.serial);
  if (done === undefined) throw certificateNotFound();
  return { serial: done.serial, state: 'REVOKED', revokedAt: done.revokedAt, reason: done.reason };
}
