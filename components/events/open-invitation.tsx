'use client';

import { useActionState } from 'react';

import type { ActionState } from '#lib/http/action-state';

import { LinkSecretForm } from '../certs/link-secret-form';
import { PageHead } from '../ui/page-head';

/** The secret of an invitation, from the link or typed from a card; a click opens it. */
export function OpenInvitation({
  action,
  words,
}: {
  action: (state: ActionState<void>, form: FormData) => Promise<ActionState<void>>;
  words: Record<'title' | 'lede' | 'secret' | 'secretHelp' | 'submit' | 'waiting', string>;
}) {
  const [state, send, busy] = useActionState<ActionState<void>, FormData>(action, { ok: null });
  return (
    <>
      <PageHead title={words.title} lede={words.lede} />
      <LinkSecretForm send={send} state={state} busy={busy} words={words} />
    </>
  );
}
