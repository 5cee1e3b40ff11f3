'use client';

import { useActionState } from 'react';

import { Button } from '#components/ui/button';

import { FormProblem } from './form-problem';
import { faultOf, IDLE, kept, type FormAction } from './form-state';

/** Revokes one certificate: reason (where there is a choice), the name typed out, what will happen, then the button. */
export function RevokeForm({
  action,
  serial,
  reasons,
  words,
}: {
  action: FormAction<void>;
  serial: string;
  reasons: { value: string; word: string }[];
  words: Record<'what' | 'reason' | 'reasonHelp' | 'confirm' | 'count' | 'submit', string>;
}) {
  const [state, send] = useActionState(action, IDLE);
  const fault = faultOf(state, 'confirm');
  return (
    <form action={send} className="panel-body">
      <FormProblem state={state} />
      <input type="hidden" name="serial" value={serial} />
      <p className="small">{words.what}</p>
      {reasons.length === 1 ? (
        <input type="hidden" name="reason" value={reasons[0]?.value} />
      ) : (
        <div className="field dense">
          <label htmlFor="reason">{words.reason}</label>
          <select
            id="reason"
            name="reason"
            defaultValue={kept(state, 'reason', reasons[0]?.value)}
            aria-describedby="reason-help"
          >
            {reasons.map((reason) => (
              <option key={reason.value} value={reason.value}>
                {reason.word}
              </option>
            ))}
          </select>
          <p className="help after" id="reason-help">
            {words.reasonHelp}
          </p>
        </div>
      )}
      <div className={fault ? 'field dense has-error' : 'field dense'}>
        <label htmlFor="confirm">{words.confirm}</label>
        <input
          id="confirm"
          name="confirm"
          className="mono"
          required
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          defaultValue={kept(state, 'confirm')}
          aria-invalid={fault ? true : undefined}
          aria-describedby="confirm-help"
        />
        <p className="help after" id="confirm-help">
          {words.count}
        </p>
      </div>
      <p className="actions">
        <Button type="submit" look="primary">
          {words.submit}
        </Button>
      </p>
    </form>
  );
}
