'use server';

import { z } from 'zod';

import { action } from '#lib/http/action';
import { rememberRequest } from '#lib/http/page';
import { previewRequest } from '#lib/requests/preview-request';
import { submitRequest } from '#lib/requests/submit-request';
import { HubgateError } from '#lib/errors';
import type { WizardValue } from '#components/certs/wizard-state';

/** Room for text around the block; the CSR itself is held to 16 KiB when it is read. */
const MAX_TEXT = 64 * 1024;

const Wish = z.object({
  intent: z.enum(['preview', 'send']).default('preview'),
  way: z.enum(['browser', 'paste', 'upload']).default('paste'),
  commonName: z.string().trim().max(200).optional(),
  email: z.string().trim().max(400).default(''),
  note: z.string().trim().max(2000).default(''),
  label: z.string().trim().max(200).default(''),
  csr: z.string().max(MAX_TEXT).default(''),
  csrFile: z.instanceof(File).optional(),
  /** The file of the step before, carried along. */
  csrBase64: z.base64().max(MAX_TEXT).optional(),
  trustProof: z.string().max(1000).optional(),
});

/**
 * The request wizard: `preview` shows what the certificate would contain and stores nothing,
 * `send` hands the request in and lets this browser see it from then on.
 */
export const requestCertificate = action({
  access: 'public',
  input: Wish,
  audit: 'request.submit',
  run: async (ctx, wish): Promise<WizardValue> => {
    const csr = await csrBytes(wish);
    const common = {
      csr,
      ...(wish.commonName ? { commonName: wish.commonName } : {}),
      email: wish.email === '' ? null : wish.email,
      ...(wish.note === '' ? {} : { note: wish.note }),
      ...(wish.label === '' ? {} : { label: wish.label }),
      ...(wish.trustProof ? { trustProof: wish.trustProof } : {}),
      source: 'web' as const,
    };
    const carried = {
      way: wish.way,
      commonName: wish.commonName ?? '',
      email: wish.email,
      label: wish.label,
      note: wish.note,
      csrBase64: Buffer.from(csr).toString('base64'),
    };
    if (wish.intent === 'preview') {
      return { step: 'preview', preview: await previewRequest(ctx, common), carried };
    }
    const { id, pickupSecret } = await submitRequest(ctx, common);
    await rememberRequest(id);
    return { step: 'sent', id, pickupSecret };
  },
});

async function csrBytes(wish: z.output<typeof Wish>): Promise<Uint8Array> {
  if (wish.csrFile) return new Uint8Array(await wish.csrFile.slice(0, MAX_TEXT).arrayBuffer());
  if (wish.csrBase64) return new Uint8Array(Buffer.from(wish.csrBase64, 'base64'));
  if (wish.csr.trim() === '') {
    throw new HubgateError('csr.malformed', 'There is no CSR yet: paste one or choose a file.', {
      field: 'csr',
    });
  }
  return new TextEncoder().encode(wish.csr);
}
