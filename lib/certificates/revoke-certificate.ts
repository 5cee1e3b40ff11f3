import type { Ctx } from '../ctx';
import { findCertificateRow } from '../db/certificates';
import { HubgateError } from '../errors';
import { requirePermission } from '../identity/authorise';
import type { RevocationReason } from '../wire/records';
import { certificateNotFound } from './find-certificate';
import { sendRevocations } from './send-revocations';

/** A certificate that is revoked, as the API says it. */
export type RevokedView = {
  serial: string;
  state: 'REVOKED';
  revokedAt: string;
  reason: string;
  /** Other certificates with the same key, which went along; left out where there are none. */
  siblings?: string[];
};

/**
 * An operator revokes a certificate. Again: the first revocation stands and is published once more,
 * except that a hold may become a real one.
 *
 * @throws {HubgateError} `auth.*`, `certificate.not-found`, `certificate.state` for one that has
 *   expired, `signer.down`, `signer.journal-old`
 */
export async function revokeCertificate(
  ctx: Ctx,
  input: { serial: string; reason: RevocationReason },
): Promise<RevokedView> {
  requirePermission(ctx, 'certificates.revoke');
  const row = await findCertificateRow(ctx.db, input.serial);
  if (row === null) throw certificateNotFound();
  if (row.state !== 'REVOKED' && row.notAfter < ctx.now()) throw certificateExpired();
  const { revoked } = await sendRevocations(ctx, {
    serials: [row.serial],
    reason: input.reason,
    about: () => ({}),
    tellHolder: true,
  });
  const own = revoked.find(({ serial }) => serial === row.serial);
  // The signer's journal is another one than the portal's record was made with.
  if (own === undefined) throw certificateNotFound();
  const siblings = revoked.map(({ serial }) => serial).filter((serial) => serial !== row.serial);
  return {
    serial: own.serial,
    state: 'REVOKED',
    revokedAt: own.revokedAt,
    reason: own.reason,
    ...(siblings.length === 0 ? {} : { siblings }),
  };
}

export function certificateExpired(): HubgateError {
  return new HubgateError('certificate.state', 'This certificate has expired: nothing accepts it any more.', {
    params: { state: 'EXPIRED' },
  });
}
