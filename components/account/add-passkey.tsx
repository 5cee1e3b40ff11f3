'use client';

import { useActionState, type FormEvent } from 'react';

import type { PasskeyWish } from '#lib/identity/begin-passkey';

import { Button } from '#components/ui/button';
import { Field } from '#components/ui/field';

import { FormProblem } from '../admin/form-problem';
import { faultOf, IDLE, kept, type FormAction } from '../admin/form-state';
import { makePasskey } from '../passkeys/browser-passkey';
import type { TroubleWords } from '../passkeys/passkey-problem';
import { usePasskeyForm } from '../passkeys/use-touch';

/** Has the browser make a passkey and hands it to the portal. */
export function AddPasskey({
  begin,
  action,
  trouble,
  words,
}: {
  begin: FormAction<PasskeyWish>;
  action: FormAction<void>;
  trouble: TroubleWords;
  words: Record<'addName' | 'addNameHelp' | 'addSubmit' | 'addWaiting' | 'addNoScript', string>;
}) {
  const [state, send, pending] = useActionState(action, IDLE);
  const { problem, waiting, sendAnswered } = usePasskeyForm({
    begin,
    trouble,
    field: 'answer',
    ask: makePasskey,
  });

  function onSubmit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (!waiting && !pending) void sendAnswered(new FormData(event.currentTarget), send);
  }

  return (
    <form action={send} onSubmit={onSubmit} className="stack-2">
      <FormProblem state={problem.ok === false ? problem : state} />
      <Field
        id="passkey-name"
        name="name"
        label={words.addName}
        help={words.addNameHelp}
        required
        maxLength={40}
        autoComplete="off"
        dense
        defaultValue={kept(state, 'name')}
        error={faultOf(state, 'name')}
      />
      <p className="actions">
        <Button type="submit" className="js-only" aria-disabled={waiting || pending || undefined}>
          {words.addSubmit}
        </Button>
      </p>
      <p className="meta" role="status">
        {waiting ? words.addWaiting : null}
      </p>
      <noscript>
        <p className="meta">{words.addNoScript}</p>
      </noscript>
    </form>
  );
}
