'use client';

import { useActionState, useEffect, useRef, useState, type FormEvent, type ReactNode } from 'react';

import { Button } from '#components/ui/button';
import { Table } from '#components/ui/table';
import { filled } from '#components/ui/words-of';

import { useTouch, type TouchAsking } from '../passkeys/use-touch';
import { FormProblem } from './form-problem';
import { IDLE, type FormAction } from './form-state';

/** Several requests under one touch: what is ticked is what the passkey signs. */
export function ApproveForm({
  action,
  asking,
  count,
  rows,
  words,
}: {
  action: FormAction<void>;
  asking: TouchAsking;
  /** How many rows there are, all ticked at first. */
  count: number;
  /** The table's body. */
  rows: ReactNode;
  words: Record<
    | 'which'
    | 'colAccount'
    | 'colNames'
    | 'colKind'
    | 'colRequest'
    | 'submitOne'
    | 'submitMany'
    | 'submitNone'
    | 'cancel',
    string
  >;
}) {
  const [state, send, pending] = useActionState(action, IDLE);
  const { problem, waiting, sendTouched } = useTouch(asking);
  const [ticked, setTicked] = useState(count);
  const form = useRef<HTMLFormElement>(null);
  const busy = waiting || pending;

  // A browser that loads the page again may remember what was ticked.
  useEffect(() => setTicked(tickedIn(form.current).length), []);

  function onSubmit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const data = new FormData();
    data.set('ids', tickedIn(event.currentTarget).join(' '));
    if (ticked > 0 && !busy) void sendTouched(data, send);
  }

  const word = ticked === 0 ? words.submitNone : ticked === 1 ? words.submitOne : words.submitMany;
  return (
    <form
      ref={form}
      action={send}
      onSubmit={onSubmit}
      onChange={() => setTicked(tickedIn(form.current).length)}
      className="stack"
    >
      <FormProblem state={problem.ok === false ? problem : state} />
      <fieldset className="dense">
        <legend className="legend">{words.which}</legend>
        <Table
          className="rows"
          heads={[words.colAccount, words.colNames, words.colKind, words.colRequest]}
          body={rows}
        />
      </fieldset>
      <p className="actions">
        <Button
          type="submit"
          look="primary"
          className="js-only"
          aria-disabled={busy || ticked === 0 || undefined}
        >
          {filled(word, { n: ticked })}
        </Button>
        <a href="/admin">{words.cancel}</a>
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

/** The requests whose boxes are ticked, each with the version that was seen. */
function tickedIn(form: HTMLFormElement | null): string[] {
  const boxes = form?.querySelectorAll<HTMLInputElement>('input[name="id"]:checked') ?? [];
  return Array.from(boxes, ({ value }) => value);
}
