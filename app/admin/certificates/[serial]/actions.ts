'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';

import { findCertificate } from '#lib/certificates/find-certificate';
import { isOnHold, OPERATOR_REASONS } from '#lib/certificates/revocation-reasons';
import { revokeCertificate } from '#lib/certificates/revoke-certificate';
import { action, wordedRefusal } from '#lib/http/action';
import { openPage } from '#lib/http/page';

/**
 * Revokes one certificate; the account name typed guards against the wrong one. One that is revoked stays
 * so for its reason of then: with `keyCompromise` its key is blocked now, and its siblings go along.
 */
export const revoke = action({
  access: 'certificates.revoke',
  audit: 'certificate.revoke',
  input: z.object({
    serial: z.string().regex(/^[0-9a-f]{2,40}$/),
    reason: z.enum(OPERATOR_REASONS),
    confirm: z.string().trim().max(200).default(''),
  }),
  run: async (ctx, input): Promise<void> => {
    const certificate = await findCertificate(ctx, { serial: input.serial });
    if (input.confirm !== certificate.commonName) {
      const { t } = await openPage();
      const message = t('admin.certificates.revokeMismatch', { name: certificate.commonName });
      throw wordedRefusal(ctx.locale, message, 'confirm');
    }
    await revokeCertificate(ctx, { serial: input.serial, reason: input.reason });
    redirect(`/admin/certificates/${input.serial}?done=${doneOf(input.reason, certificate)}`);
  },
});

/** The word of the flash; one that somebody else had revoked before, for any other reason, is just revoked. */
function doneOf(reason: (typeof OPERATOR_REASONS)[number], before: Parameters<typeof isOnHold>[0]): string {
  if (reason === 'certificateHold') return 'held';
  const late = before.state === 'REVOKED' && !isOnHold(before);
  return late && reason === 'keyCompromise' ? 'keyBlocked' : 'revoked';
}
