'use client';

import { useActionState } from 'react';

import type { ActionState } from '#lib/http/action-state';

import { Button } from '../ui/button';
import { Field } from '../ui/field';
import { useLinkSecret } from './use-link-secret';

/** Shows the list on a click: mail scanners that open every link use nothing up that way. */
export function LostOpen({
  action,
  words,
}: {
  action: (state: ActionState<never>, form: FormData) => Promise<ActionState<never>>;
  words: Record<'secret' | 'secretHelp' | 'open' | 'waiting', string>;
}) {
  const [state, send, busy] = useActionState<ActionState<never>, FormData>(action, { ok: null });
  const [secret, setSecret] = useLinkSecret();
  return (
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
          {busy ? words.waiting : words.open}
        </Button>
      </p>
    </form>
  );
}
