'use client';

import { useActionState } from 'react';

import type { ActionState } from '#lib/http/action-state';

import { LinkSecretForm } from './link-secret-form';

/** Shows the list of a mailed link's certificates; the answer is another page. */
export function LostOpen({
  action,
  words,
}: {
  action: (state: ActionState<never>, form: FormData) => Promise<ActionState<never>>;
  words: Record<'secret' | 'secretHelp' | 'open' | 'waiting', string>;
}) {
  const [state, send, busy] = useActionState<ActionState<never>, FormData>(action, { ok: null });
  return <LinkSecretForm send={send} state={state} busy={busy} words={{ ...words, submit: words.open }} />;
}
