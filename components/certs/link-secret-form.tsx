'use client';

import type { ActionState } from '#lib/http/action-state';

import { Button } from '../ui/button';
import { Field } from '../ui/field';
import { useLinkSecret } from './use-link-secret';

/**
 * Takes the secret from behind `#s=`, and sends it on a click: mail scanners that open every link use
 * nothing up that way.
 */
export function LinkSecretForm({
  send,
  state,
  busy,
  words,
}: {
  send: (form: FormData) => void;
  state: ActionState<unknown>;
  busy: boolean;
  words: Record<'secret' | 'secretHelp' | 'submit' | 'waiting', string>;
}) {
  const [secret, setSecret] = useLinkSecret();
  return (
    <form action={send}>
      <Field
        mono
        id="secret"
        name="secret"
        autoComplete="off"
        spellCheck={false}
        label={words.secret}
        help={words.secretHelp}
        error={state.ok === false ? `${state.title}. ${state.advice}` : undefined}
        value={secret}
        onChange={(event) => setSecret(event.currentTarget.value)}
        required
      />
      <p className="actions section-actions">
        <Button look="primary" type="submit" aria-disabled={busy}>
          {busy ? words.waiting : words.submit}
        </Button>
      </p>
    </form>
  );
}
