'use client';

import { useActionState, type FormEvent } from 'react';

import { FormProblem } from '../admin/form-problem';
import { IDLE, type FormAction } from '../admin/form-state';
import { useTouch } from '../passkeys/use-touch';
import { Button } from '../ui/button';
import type { FactorTouchAsking } from './touch-step';

/** Removes the passkey that is somebody's only second factor, with a touch of it. */
export function RemoveLastPasskey({
  id,
  asking,
  action,
  words,
}: {
  id: string;
  asking: FactorTouchAsking;
  action: FormAction<void>;
  words: { remove: string; removeName: string };
}) {
  const [state, send, pending] = useActionState(action, IDLE);
  const { problem, waiting, sendTouched } = useTouch(asking);

  function onSubmit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const data = new FormData();
    data.set('id', id);
    if (!waiting && !pending) void sendTouched(data, send);
  }

  return (
    <form onSubmit={onSubmit} className="stack-2">
      <FormProblem state={problem.ok === false ? problem : state} />
      <Button
        type="submit"
        small
        className="js-only"
        aria-label={words.removeName}
        aria-disabled={waiting || pending || undefined}
      >
        {words.remove}
      </Button>
      <span className="meta" role="status">
        {waiting ? asking.waiting : null}
      </span>
      <noscript>
        <p className="meta">{asking.noScript}</p>
      </noscript>
    </form>
  );
}
