'use server';

import { z } from 'zod';

import type { RevokeValue } from '#components/certs/own-revoke';
import { listOwnCertificates } from '#lib/certificates/list-own-certificates';
import { certificateNotFound } from '#lib/certificates/find-certificate';
import { HOLDER_CASES, type HolderCase } from '#lib/certificates/revocation-reasons';
import { OWN_MAX, revokeOwnCertificates } from '#lib/certificates/revoke-own-certificates';
import { action, wordedRefusal } from '#lib/http/action';
import { openPage } from '#lib/http/page';

const Serial = z.string().regex(/^[0-9a-f]{2,40}$/);
const CASES = Object.keys(HOLDER_CASES) as [HolderCase, ...HolderCase[]];

const Choice = z.object({
  step: z.enum(['choose', 'confirm']).default('choose'),
  serial: z
    .union([Serial.transform((one) => [one]), z.array(Serial).max(OWN_MAX)])
    .optional()
    .transform((value) => value ?? []),
  why: z.enum(CASES).optional(),
});

/**
 * Somebody revokes certificates of their own: the first step shows what would be revoked, the second
 * does it.
 */
export const revokeOwn = action({
  access: 'owner',
  input: Choice,
  audit: 'certificate.revoke',
  run: async (ctx, { step, serial, why }): Promise<RevokeValue> => {
    const { t } = await openPage();
    if (serial.length === 0) {
      throw wordedRefusal(ctx.locale, t('certs.revoke.chooseOne'), 'serial');
    }
    if (why === undefined) throw wordedRefusal(ctx.locale, t('certs.revoke.chooseWhy'), 'why');
    const own = await listOwnCertificates(ctx);
    if (step === 'confirm') {
      const revoked = await revokeOwnCertificates(ctx, { serials: serial, reason: HOLDER_CASES[why], why });
      const names = new Map(own.map((one) => [one.serial, one.label ?? one.commonName]));
      return {
        step: 'done',
        revoked: revoked.map((one) => ({ serial: one.serial, name: names.get(one.serial) ?? '' })),
        why,
      };
    }
    const chosen = own.filter((one) => serial.includes(one.serial));
    if (chosen.length !== new Set(serial).size) throw certificateNotFound();
    const compromised = HOLDER_CASES[why] === 'keyCompromise';
    const along = compromised ? chosen.flatMap((one) => one.sameKey) : [];
    return {
      step: 'confirm',
      serials: chosen.map((one) => one.serial),
      along: [...new Set(along)].filter((one) => !serial.includes(one)),
      why,
    };
  },
});
