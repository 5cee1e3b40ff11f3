'use client';

import { useActionState } from 'react';

import { FormProblem } from '../admin/form-problem';
import { faultOf, IDLE, type FormAction } from '../admin/form-state';
import { Button } from '../ui/button';
import { Field } from '../ui/field';

/** Ends an event: whoever does it types how many certificates that revokes. */
export function EndEventForm({
  action,
  id,
  expected,
  words,
}: {
  action: FormAction<void>;
  id: string;
  expected: number;
  words: Record<'confirm' | 'confirmHelp' | 'submit', string>;
}) {
  const [state, send, busy] = useActionState(action, IDLE);
  return (
    <form action={send}>
      <FormProblem state={state} />
      <input type="hidden" name="id" value={id} />
      <input type="hidden" name="expected" value={expected} />
      <Field
        split
        mono
        id="confirm"
        name="confirm"
        inputMode="numeric"
        autoComplete="off"
        required
        label={words.confirm}
        help={words.confirmHelp}
        error={faultOf(state, 'confirm')}
      />
      <p className="actions section-actions">
        <Button type="submit" aria-disabled={busy || undefined}>
          {words.submit}
        </Button>
      </p>
    </form>
  );
}
