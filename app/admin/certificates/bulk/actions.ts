'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';

import { OPERATOR_REASONS } from '#lib/certificates/revocation-reasons';
import { revokeCertificates } from '#lib/certificates/revoke-certificates';
import { HubgateError } from '#lib/errors';
import { action, wordedRefusal } from '#lib/http/action';
import { openPage } from '#lib/http/page';

import { readSelect } from './read-select';

/** Revokes a selection and waits for the end: the way without JavaScript. */
export const revokeMany = action({
  access: 'certificates.revoke',
  audit: 'certificate.revoke-many',
  input: z.looseObject({
    reason: z.enum(OPERATOR_REASONS),
    expected: z.coerce.number().int().min(1).max(1_000_000),
    confirm: z.string().trim().max(20).default(''),
  }),
  run: async (ctx, { reason, expected, confirm, ...fields }): Promise<void> => {
    const select = readSelect(fields);
    if (select === null) {
      throw new HubgateError('http.invalid', 'The selection cannot be read.', {
        field: 'select',
        params: { reason: 'format' },
      });
    }
    if (confirm !== String(expected)) {
      const { t } = await openPage();
      const message = t('admin.certificates.bulk.mismatch', { n: expected });
      throw wordedRefusal(ctx.locale, message, 'confirm');
    }
    let count = 0;
    for await (const event of revokeCertificates(ctx, { select, reason, expectedCount: expected })) {
      if (event.event === 'done') ({ count } = event);
    }
    redirect(`/admin/certificates?state=REVOKED&done=revokedMany&n=${count}`);
  },
});
