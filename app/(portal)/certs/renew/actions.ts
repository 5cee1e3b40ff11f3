'use server';

import { z } from 'zod';

import type { RenewValue } from '#components/certs/renew-wizard';
import { renewCertificate } from '#lib/certificates/renew-certificate';
import { HubgateError } from '#lib/errors';
import { action } from '#lib/http/action';
import { openPage, rememberRequest } from '#lib/http/page';
import { requireHolder } from '#lib/identity/authorise';

import { csrBytes, CsrFields } from '../csr-fields';

const Renewal = z.object({
  ...CsrFields,
  serial: z.string().regex(/^[0-9a-f]{2,40}$/),
  note: z.string().trim().max(2000).default(''),
});

/** Renews the certificate that this browser showed, if it is still the one on the page. */
export const renew = action({
  access: 'public',
  input: Renewal,
  audit: 'certificate.renew',
  run: async (_ctx, wish): Promise<RenewValue> => {
    const page = await openPage();
    const ctx = page.asHolder();
    const { serial } = requireHolder(ctx);
    if (serial !== wish.serial) {
      throw new HubgateError(
        'certificate.state',
        'This browser has shown another certificate meanwhile. Open the page again.',
        { params: { state: 'OTHER' } },
      );
    }
    const { id, pickupSecret, obstacle } = await renewCertificate(ctx, {
      csr: await csrBytes(wish),
      note: wish.note,
      requesterId: page.person?.userId ?? null,
      source: 'web',
    });
    await rememberRequest(id);
    return { id, pickupSecret, automatic: obstacle === null };
  },
});
