'use client';

import { useActionState, useState, type FormEvent } from 'react';

import { Button } from '#components/ui/button';
import { Cell, Row, RowHead, Table } from '#components/ui/table';
import { filled } from '#components/ui/words-of';

import { useTouch, type TouchAsking } from '../passkeys/use-touch';
import { FormProblem } from './form-problem';
import { IDLE, type FormAction } from './form-state';

export type ApproveRow = { id: string; seen: string; commonName: string; names: string; kind: string };

/** Several requests under one touch: what is ticked is what the passkey signs. */
export function ApproveForm({
  action,
  asking,
  rows,
  words,
}: {
  action: FormAction<void>;
  asking: TouchAsking;
  rows: ApproveRow[];
  words: Record<
    | 'which'
    | 'colAccount'
    | 'colNames'
    | 'colKind'
    | 'colRequest'
    | 'noNames'
    | 'submitOne'
    | 'submitMany'
    | 'submitNone'
    | 'cancel',
    string
  >;
}) {
  const [state, send, pending] = useActionState(action, IDLE);
  const { problem, waiting, sendTouched } = useTouch(asking);
  const [ticked, setTicked] = useState(rows.length);
  const busy = waiting || pending;

  function onSubmit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (ticked > 0 && !busy) void sendTouched(new FormData(event.currentTarget), send);
  }

  function onChange(event: FormEvent<HTMLFormElement>): void {
    setTicked(event.currentTarget.querySelectorAll('input[name="id"]:checked').length);
  }

  const word = ticked === 0 ? words.submitNone : ticked === 1 ? words.submitOne : words.submitMany;
  return (
    <form action={send} onSubmit={onSubmit} onChange={onChange} className="stack">
      <FormProblem state={problem.ok === false ? problem : state} />
      <fieldset className="dense">
        <legend className="legend">{words.which}</legend>
        <Table className="rows" heads={[words.colAccount, words.colNames, words.colKind, words.colRequest]}>
          {rows.map((row) => (
            <Row key={row.id}>
              <RowHead>
                <label className="tick">
                  <input type="checkbox" name="id" value={row.seen} defaultChecked />
                  <span className="mono break">{row.commonName}</span>
                </label>
              </RowHead>
              <Cell label={words.colNames}>
                {row.names === '' ? (
                  <span className="quiet-ink">{words.noNames}</span>
                ) : (
                  <span className="break">{row.names}</span>
                )}
              </Cell>
              <Cell label={words.colKind}>{row.kind}</Cell>
              <Cell label={words.colRequest}>
                <a className="mono" href={`/admin/requests/${row.id}`}>
                  {row.id}
                </a>
              </Cell>
            </Row>
          ))}
        </Table>
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
