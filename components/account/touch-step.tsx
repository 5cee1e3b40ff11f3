'use client';

import { useActionState, type FormEvent } from 'react';

import type { TouchQuestion } from '#lib/identity/touch-answer';

import { FormProblem } from '../admin/form-problem';
import { IDLE, type FormAction } from '../admin/form-state';
import { useTouch, type TouchAsking } from '../passkeys/use-touch';
import { Button } from '../ui/button';

export type FactorTouchAsking = TouchAsking<TouchQuestion>;

/** A passkey as the second factor: one button, one touch. */
export function TouchStep({
  asking,
  action,
  submit,
}: {
  asking: FactorTouchAsking;
  action: FormAction<never>;
  submit: string;
}) {
  const [state, send, pending] = useActionState(action, IDLE);
  const { problem, waiting, sendTouched } = useTouch(asking);

  function onSubmit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (!waiting && !pending) void sendTouched(new FormData(), send);
  }

  return (
    <form onSubmit={onSubmit} className="stack-2">
      <FormProblem state={problem.ok === false ? problem : state} />
      <p className="actions js-only">
        <Button type="submit" look="primary" aria-disabled={waiting || pending || undefined}>
          {submit}
        </Button>
      </p>
      <p className="meta" role="status">
        {waiting ? asking.waiting : null}
      </p>
      <noscript>
        <p className="meta">{asking.noScript}</p>
      </noscript>
    </form>
  );
}
