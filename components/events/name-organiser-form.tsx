'use client';

import { useActionState } from 'react';

import { FormProblem } from '../admin/form-problem';
import { faultOf, IDLE, kept, type FormAction } from '../admin/form-state';
import { Button } from '../ui/button';
import { Field } from '../ui/field';

/** An operator says who plans and runs an event. */
export function NameOrganiserForm({
  action,
  words,
}: {
  action: FormAction<void>;
  words: Record<'name' | 'organiser' | 'submit', string>;
}) {
  const [state, send, busy] = useActionState(action, IDLE);
  return (
    <form action={send}>
      <FormProblem state={state} />
      <Field
        split
        id="name"
        name="name"
        maxLength={80}
        required
        label={words.name}
        error={faultOf(state, 'name')}
        defaultValue={kept(state, 'name')}
      />
      <Field
        split
        mono
        id="organiser"
        name="organiser"
        required
        autoComplete="off"
        label={words.organiser}
        error={faultOf(state, 'organiser')}
        defaultValue={kept(state, 'organiser')}
      />
      <p className="actions section-actions">
        <Button type="submit" aria-disabled={busy || undefined}>
          {words.submit}
        </Button>
      </p>
    </form>
  );
}
