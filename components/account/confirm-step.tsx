'use client';

import { useActionState } from 'react';

import { FormProblem } from '../admin/form-problem';
import { faultOf, IDLE, type FormAction } from '../admin/form-state';
import { Button } from '../ui/button';
import { Field } from '../ui/field';
import { TouchStep, type FactorTouchAsking } from './touch-step';

/** Asks somebody who is signed in for a factor that they have: a touch, or a code. */
export function ConfirmStep({
  has,
  asking,
  touch,
  show,
  words,
}: {
  has: { app: boolean; passkey: boolean };
  asking: FactorTouchAsking;
  touch: FormAction<never>;
  show: FormAction<never>;
  words: Record<'touchSubmit' | 'code' | 'codeHelp' | 'submit' | 'cancel', string>;
}) {
  const [shown, sendShown, showing] = useActionState(show, IDLE);
  return (
    <>
      {has.passkey ? <TouchStep asking={asking} action={touch} submit={words.touchSubmit} /> : null}
      {has.app ? (
        <form action={sendShown} className="stack">
          <FormProblem state={shown} />
          <Field
            id="code"
            name="code"
            mono
            label={words.code}
            help={words.codeHelp}
            autoComplete="one-time-code"
            autoCapitalize="characters"
            spellCheck={false}
            required
            maxLength={40}
            error={faultOf(shown, 'code')}
          />
          <p className="actions">
            <Button
              type="submit"
              look={has.passkey ? 'plain' : 'primary'}
              aria-disabled={showing || undefined}
            >
              {words.submit}
            </Button>
          </p>
        </form>
      ) : null}
      <p>
        <a href="/account">{words.cancel}</a>
      </p>
    </>
  );
}
