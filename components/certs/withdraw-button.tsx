'use client';

import { useActionState, useState } from 'react';

import type { ActionState } from '#lib/http/action-state';

import { Button } from '../ui/button';

/** Takes the request back, after a second click; one click where scripts do not run. */
export function WithdrawButton({
  id,
  action,
  words,
}: {
  id: string;
  action: (state: ActionState<never>, form: FormData) => Promise<ActionState<never>>;
  words: Record<'withdraw' | 'withdrawSure', string>;
}) {
  const [state, send, busy] = useActionState<ActionState<never>, FormData>(action, { ok: null });
  const [sure, setSure] = useState(false);
  return (
    <form
      action={send}
      onSubmit={(event) => {
        if (sure) return;
        event.preventDefault();
        setSure(true);
      }}
    >
      <input type="hidden" name="id" value={id} />
      <Button type="submit" small aria-disabled={busy}>
        {sure ? words.withdrawSure : words.withdraw}
      </Button>
      {state.ok === false ? (
        <p className="meta" role="alert">
          {state.title} {state.advice}
        </p>
      ) : null}
    </form>
  );
}
