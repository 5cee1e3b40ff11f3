'use server';

import { z } from 'zod';

import { isHubgateError } from '#lib/errors';
import { action } from '#lib/http/action';
import { wordedPreview } from '#lib/http/check-text';
import { openPage, rememberRequest } from '#lib/http/page';
import { previewRequest } from '#lib/requests/preview-request';
import { readNames } from '#lib/requests/read-names';
import { REQUEST_ID } from '#lib/requests/request-id';
import { supersedeRequest } from '#lib/requests/start-again';
import { submitRequest } from '#lib/requests/submit-request';
import type { WizardValue } from '#components/certs/wizard-state';

import { csrBytes, CsrFields } from '../csr-fields';

const Wish = z.object({
  intent: z.enum(['preview', 'send']).default('preview'),
  ...CsrFields,
  profile: z.enum(['user', 'server']).default('user'),
  /** Of a server: host names and addresses, one a line. */
  names: z.string().trim().max(10_000).default(''),
  commonName: z.string().trim().max(200).optional(),
  email: z.string().trim().max(400).default(''),
  note: z.string().trim().max(2000).default(''),
  label: z.string().trim().max(200).default(''),
  trustProof: z.string().max(1000).optional(),
  /** The request whose place this one takes: its key is lost. */
  again: z.string().regex(REQUEST_ID).optional(),
});

/**
 * The request wizard: `preview` shows what the certificate would contain and stores nothing,
 * `send` hands the request in and lets this browser see it from then on.
 */
export const requestCertificate = action({
  access: 'public',
  input: Wish,
  audit: 'request.submit',
  run: async (ctx, wish, { caller }): Promise<WizardValue> => {
    const csr = await csrBytes(wish);
    const common = {
      csr,
      profile: wish.profile,
      ...(wish.profile === 'server' ? readNames(wish.names) : {}),
      ...(wish.commonName ? { commonName: wish.commonName } : {}),
      email: wish.email === '' ? null : wish.email,
      ...(wish.note === '' ? {} : { note: wish.note }),
      ...(wish.label === '' ? {} : { label: wish.label }),
      ...(wish.trustProof ? { trustProof: wish.trustProof } : {}),
      source: 'web' as const,
    };
    const carried = {
      way: wish.way,
      profile: wish.profile,
      names: wish.names,
      commonName: wish.commonName ?? '',
      email: wish.email,
      label: wish.label,
      note: wish.note,
      csrBase64: Buffer.from(csr).toString('base64'),
    };
    if (wish.intent === 'preview') {
      const preview = await previewRequest(ctx, common);
      return { step: 'preview', preview: wordedPreview(caller.locale, preview), carried };
    }
    const { id, pickupSecret } = await submitRequest(ctx, common);
    await rememberRequest(id);
    const left = wish.again === undefined ? null : await endBefore(wish.again, id);
    return { step: 'sent', id, pickupSecret, ...(left === null ? {} : { left }) };
  },
});

/**
 * Ends the request whose place another takes, which is sent already: its pick-up secret is shown whatever
 * happens here.
 *
 * @returns the request when it stands still
 */
async function endBefore(id: string, by: string): Promise<string | null> {
  const own = await (await openPage()).asRequester(id);
  if (own === null) return id;
  try {
    await supersedeRequest(own, { id, by });
    return null;
  } catch (thrown) {
    if (!isHubgateError(thrown)) throw thrown;
    return id;
  }
}
