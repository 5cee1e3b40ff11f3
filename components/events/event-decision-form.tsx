'use client';

import { useActionState, type FormEvent } from 'react';

import type { TouchQuestion } from '#lib/identity/touch-answer';

import { FormProblem } from '../admin/form-problem';
import { faultOf, IDLE, kept, type FormAction } from '../admin/form-state';
import { useTouch, type TouchAsking } from '../passkeys/use-touch';
import { Button } from '../ui/button';
import { TextField } from '../ui/field';

/** One approval for a whole event, or the reason why not. */
export function EventDecisionForm({
  action,
  id,
  version,
  touch,
  words,
}: {
  action: FormAction<void>;
  id: string;
  version: number;
  /** An approval needs the touch of a passkey; null: it does not. */
  touch: TouchAsking<TouchQuestion> | null;
  /** `reject`: null where there is nothing left but to approve. */
  words: Record<'approve' | 'approveHelp' | 'reason' | 'reasonHelp', string> & { reject: string | null };
}) {
  const [state, send, pending] = useActionState(action, IDLE);
  const { problem, waiting, sendTouched } = useTouch(touch);
  const busy = pending || waiting;
  const seen = (
    <>
      <input type="hidden" name="id" value={id} />
      <input type="hidden" name="version" value={version} />
    </>
  );

  function onApprove(event: FormEvent<HTMLFormElement>): void {
    if (touch === null) return;
    event.preventDefault();
    if (!busy) void sendTouched(new FormData(event.currentTarget), send);
  }

  return (
    <div className="panel-body stack">
      <FormProblem state={problem.ok === false ? problem : state} />
      <form action={send} onSubmit={onApprove} className="stack-2">
        {seen}
        <input type="hidden" name="decision" value="approve" />
        <p className="small">{words.approveHelp}</p>
        <p className="actions">
          <Button look="primary" type="submit" aria-disabled={busy || undefined}>
            {words.approve}
          </Button>
        </p>
        {touch ? (
          <>
            <p className="meta" role="status">
              {waiting ? touch.waiting : null}
            </p>
            <noscript>
              <p className="meta">{touch.noScript}</p>
            </noscript>
          </>
        ) : null}
      </form>
      {words.reject === null ? null : (
        <form action={send}>
          {seen}
          <input type="hidden" name="decision" value="reject" />
          <TextField
            dense
            id="reason"
            name="reason"
            rows={3}
            maxLength={1000}
            label={words.reason}
            help={words.reasonHelp}
            error={faultOf(state, 'reason')}
            defaultValue={kept(state, 'reason')}
          />
          <p className="actions">
            <Button type="submit" aria-disabled={busy || undefined}>
              {words.reject}
            </Button>
          </p>
        </form>
      )}
    </div>
  );
}
