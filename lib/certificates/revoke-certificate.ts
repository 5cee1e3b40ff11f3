import { recordAudits } from '../audit/record-audit';
import { actorName, type Ctx } from '../ctx';
import { findCertificateRow, markRevoked } from '../db/certificates';
import { inTransaction } from '../db/in-transaction';
import { HubgateError } from '../errors';
import { publishRevocations } from '../hubs/publish-maps';
import { requireRole } from '../identity/authorise';
import type { RevocationReason } from '../wire/messages';
import { certificateNotFound } from './find-certificate';

/**
 * Revokes a certificate: first in the signer's journal, which the CRL comes from, then in the
 * portal, then at the gate. Again: the first revocation stands and is published once more.
 *
 * @throws {HubgateError} `auth.*`, `certificate.not-found`, `certificate.state` for one that has
 *   expired, `signer.down`
 */
export async function revokeCertificate(
  ctx: Ctx,
  input: { serial: string; reason: RevocationReason },
): Promise<{ serial: string; state: 'REVOKED'; revokedAt: string; reason: string }> {
  requireRole(ctx, 'operator');
  const row = await findCertificateRow(ctx.db, input.serial);
  if (row === null) throw certificateNotFound();
  if (row.state !== 'REVOKED' && row.notAfter < ctx.now()) {
    throw new HubgateError(
      'certificate.state',
      'This certificate has expired: nothing accepts it any more.',
      {
        params: { state: 'EXPIRED' },
      },
    );
  }
  const by = actorName(ctx.actor).slice(0, 128);
  const { revoked } = await ctx.signer.revoke({ serials: [row.serial], reason: input.reason, by });
  const revocation = revoked.find(({ serial }) => serial === row.serial);
  if (revocation === undefined) throw certificateNotFound();
  await inTransaction(ctx.db, async (tx) => {
    const revokedAt = new Date(revocation.revokedAt);
    const first = await markRevoked(tx, { serial: row.serial, revokedAt, reason: revocation.reason });
    if (!first) return;
    const data = { serial: row.serial, reason: revocation.reason, commonName: row.commonName };
    // Twice: in the certificate's own history, and in that of the request that people remember.
    await recordAudits(
      ctx,
      tx,
      [row.serial, ...(row.requestId === null ? [] : [row.requestId])].map((target) => ({
        action: 'certificate.revoke',
        target,
        data,
      })),
    );
  });
  await publishRevocations(ctx);
  return {
    serial: row.serial,
    state: 'REVOKED',
    revokedAt: revocation.revokedAt,
    reason: revocation.reason,
  };
}
