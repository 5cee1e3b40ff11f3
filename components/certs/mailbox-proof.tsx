'use client';

import { useActionState } from 'react';

import type { ActionState } from '#lib/http/action-state';

import { LinkButton } from '../ui/button';
import { PageHead } from '../ui/page-head';
import { filled } from '../ui/words-of';
import { LinkSecretForm } from './link-secret-form';

type Proven = { id: string; email: string };
type Words = Record<
  'title' | 'lede' | 'secret' | 'secretHelp' | 'confirm' | 'waiting' | 'doneTitle' | 'doneLede' | 'see',
  string
>;

/** Confirms that a mailed link's reader has the mailbox. */
export function MailboxProof({
  action,
  words,
}: {
  action: (state: ActionState<Proven>, form: FormData) => Promise<ActionState<Proven>>;
  words: Words;
}) {
  const [state, send, busy] = useActionState<ActionState<Proven>, FormData>(action, { ok: null });
  if (state.ok === true) {
    return (
      <div role="status">
        <PageHead kind="ok" title={words.doneTitle} lede={filled(words.doneLede, state.value)} />
        <p className="actions">
          <LinkButton look="primary" href={`/certs/requests/${state.value.id}`}>
            {words.see}
          </LinkButton>
        </p>
      </div>
    );
  }
  return (
    <>
      <PageHead title={words.title} lede={words.lede} />
      <LinkSecretForm send={send} state={state} busy={busy} words={{ ...words, submit: words.confirm }} />
    </>
  );
}
