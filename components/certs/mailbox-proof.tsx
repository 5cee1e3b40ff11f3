'use client';

import { useActionState } from 'react';

import type { ActionState } from '#lib/http/action-state';

import { Button, LinkButton } from '../ui/button';
import { Field } from '../ui/field';
import { PageHead } from '../ui/page-head';
import { filled } from '../ui/words-of';
import { useLinkSecret } from './use-link-secret';

type Proven = { id: string; email: string };
type Words = Record<
  'title' | 'lede' | 'secret' | 'secretHelp' | 'confirm' | 'waiting' | 'doneTitle' | 'doneLede' | 'see',
  string
>;

/**
 * Takes the secret from behind `#s=`, and confirms on a click: mail scanners that open every link
 * prove nothing that way.
 */
export function MailboxProof({
  action,
  words,
}: {
  action: (state: ActionState<Proven>, form: FormData) => Promise<ActionState<Proven>>;
  words: Words;
}) {
  const [state, send, busy] = useActionState<ActionState<Proven>, FormData>(action, { ok: null });
  const [secret, setSecret] = useLinkSecret();
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
      <form action={send}>
        <Field
          mono
          id="secret"
          name="secret"
          autoComplete="off"
          spellCheck={false}
          label={words.secret}
          help={words.secretHelp}
          error={state.ok === false ? `${state.title}. ${state.advice}` : undefined}
          value={secret}
          onChange={(event) => setSecret(event.currentTarget.value)}
          required
        />
        <p className="actions section-actions">
          <Button look="primary" type="submit" aria-disabled={busy}>
            {busy ? words.waiting : words.confirm}
          </Button>
        </p>
      </form>
    </>
  );
}
