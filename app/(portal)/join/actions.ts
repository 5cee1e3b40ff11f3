'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';

import type { WizardValue } from '#components/certs/wizard-state';
import { HubgateError } from '#lib/errors';
import { openInvitation } from '#lib/events/find-invitation';
import { previewInvited } from '#lib/events/preview-invited';
import { submitInvited } from '#lib/events/submit-invited';
import { action } from '#lib/http/action';
import { wordedPreview } from '#lib/http/check-text';
import { invitedLimit, openedInvitation, openedLimit, rememberInvitation } from '#lib/http/invitation-cookie';
import { rememberRequest } from '#lib/http/page';

import { csrBytes, CsrFields } from '../certs/csr-fields';

/** Takes the secret of an invitation, and remembers in this browser whose place it is. */
export const openPlace = action({
  access: 'public',
  limitOf: (ctx, { secret }) => invitedLimit(ctx, secret),
  input: z.object({ secret: z.string().trim().max(500) }),
  audit: 'event.open-invitation',
  run: async (ctx, { secret }): Promise<void> => {
    const { view, linkHash } = await openInvitation(ctx, { secret });
    await rememberInvitation({ participantId: view.participantId, linkHash });
    redirect('/join/certificate');
  },
});

/** The request wizard for whoever opened an invitation; names in the form do not count. */
export const requestInvited = action({
  access: 'public',
  limitOf: openedLimit,
  audit: 'request.submit',
  input: z.object({
    intent: z.enum(['preview', 'send']).default('preview'),
    ...CsrFields,
    label: z.string().trim().max(200).default(''),
    trustProof: z.string().max(1000).optional(),
  }),
  run: async (ctx, wish, { caller }): Promise<WizardValue> => {
    const opened = await openedInvitation(ctx.now());
    if (opened === null) {
      throw new HubgateError('invitation.unknown', 'Open the link of your invitation first.');
    }
    const csr = await csrBytes(wish);
    const label = wish.label === '' ? undefined : wish.label;
    if (wish.intent === 'preview') {
      const preview = await previewInvited(ctx, { ...opened, csr, label });
      const carried = {
        way: wish.way,
        profile: 'user' as const,
        names: '',
        commonName: preview.commonName,
        email: '',
        label: wish.label,
        note: '',
        csrBase64: Buffer.from(csr).toString('base64'),
      };
      return { step: 'preview', preview: wordedPreview(caller.locale, preview), carried };
    }
    const { trustProof } = wish;
    const { id, pickupSecret } = await submitInvited(ctx, {
      ...opened,
      csr,
      label,
      trustProof,
      source: 'web',
    });
    await rememberRequest(id);
    return { step: 'sent', id, pickupSecret };
  },
});
