'use client';

import { useActionState, useEffect, useRef } from 'react';

import type { ActionState } from '#lib/http/action-state';

import { Button } from '../ui/button';
import { Callout } from '../ui/callout';
import { Field } from '../ui/field';

type Sent = { email: string };

/** Asks for the address; says the same whether or not there is anything for it. */
export function LostForm({
  action,
  words,
}: {
  action: (state: ActionState<Sent>, form: FormData) => Promise<ActionState<Sent>>;
  words: Record<
    'email' | 'emailHelp' | 'send' | 'waiting' | 'sentTitle' | 'sentLede' | 'sentNone' | 'again',
    string
  >;
}) {
  const [state, send, busy] = useActionState<ActionState<Sent>, FormData>(action, { ok: null });
  const told = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (state.ok === true) told.current?.focus();
  }, [state]);
  if (state.ok === true) {
    return (
      <div ref={told} tabIndex={-1} role="status">
        <Callout kind="ok">
          <p>
            <b>{words.sentTitle}</b>
          </p>
          <p>{words.sentLede}</p>
          <p>{words.sentNone}</p>
          <p className="actions">
            <a href="/certs/lost">{words.again}</a>
          </p>
        </Callout>
      </div>
    );
  }
  const failed = state.ok === false ? state : null;
  return (
    <form action={send} noValidate>
      <Field
        id="email"
        name="email"
        type="email"
        autoComplete="email"
        autoCapitalize="none"
        label={words.email}
        help={words.emailHelp}
        error={failed ? `${failed.title}. ${failed.advice}` : undefined}
        defaultValue={failed?.values['email']}
        required
      />
      <p className="actions section-actions">
        <Button look="primary" type="submit" aria-disabled={busy}>
          {busy ? words.waiting : words.send}
        </Button>
      </p>
    </form>
  );
}
