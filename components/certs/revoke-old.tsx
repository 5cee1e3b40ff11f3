'use client';

import { useActionState } from 'react';

import type { ActionState } from '#lib/http/action-state';

import { Button } from '../ui/button';

/** Ends the certificate that was renewed, once its holder says that the new one works. */
export function RevokeOld({
  id,
  serial,
  action,
  words,
}: {
  id: string;
  serial: string;
  action: (state: ActionState<never>, form: FormData) => Promise<ActionState<never>>;
  words: Record<'sure' | 'submit', string>;
}) {
  const [state, send, busy] = useActionState<ActionState<never>, FormData>(action, { ok: null });
  return (
    <form className="stack" action={send}>
      <input type="hidden" name="id" value={id} />
      <input type="hidden" name="serial" value={serial} />
      <div className="opts">
        <label className="opt">
          <input type="checkbox" name="imported" value="yes" required />
          <span>
            <b>{words.sure}</b>
          </span>
        </label>
      </div>
      <p className="actions">
        <Button type="submit" aria-disabled={busy}>
          {words.submit}
        </Button>
      </p>
      {state.ok === false ? (
        <p className="meta" role="alert">
          {state.title} {state.advice}
        </p>
      ) : null}
    </form>
  );
}
