'use client';

import { useActionState } from 'react';

import { Button } from '#components/ui/button';
import { Field } from '#components/ui/field';

import { FormProblem } from './form-problem';
import { IDLE, kept, type FormAction } from './form-state';

/** Login and password. The password is never sent back. */
export function SignInForm({
  action,
  next,
  first,
  words,
}: {
  action: FormAction<never>;
  next: string;
  /** The way that most people take; otherwise its button stands back. */
  first: boolean;
  words: { login: string; password: string; submit: string };
}) {
  const [state, send, pending] = useActionState(action, IDLE);
  return (
    <form action={send} className="stack">
      <FormProblem state={state} />
      <input type="hidden" name="next" value={next} />
      <Field
        id="login"
        name="login"
        label={words.login}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        maxLength={100}
        defaultValue={kept(state, 'login')}
      />
      <Field
        id="password"
        name="password"
        type="password"
        label={words.password}
        autoComplete="current-password"
        required
        maxLength={256}
      />
      <p className="actions">
        <Button type="submit" look={first ? 'primary' : 'plain'} aria-disabled={pending || undefined}>
          {words.submit}
        </Button>
      </p>
    </form>
  );
}
