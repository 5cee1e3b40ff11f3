'use client';

import { useActionState, useEffect, useState } from 'react';

import type { Role } from '#lib/ctx';

import { Button } from '#components/ui/button';
import { Field } from '#components/ui/field';
import { PageHead } from '#components/ui/page-head';

import { FormProblem } from './form-problem';
import { faultOf, IDLE, kept, type FormAction, type FormState } from './form-state';

type LinkKind = { for: 'new'; roles: Role[]; login?: never } | { for: 'reset'; login: string; roles?: never };

export type SetupWords = Record<
  | 'title'
  | 'lede'
  | 'titleReset'
  | 'ledeReset'
  | 'link'
  | 'linkHelp'
  | 'login'
  | 'loginHelp'
  | 'name'
  | 'nameHelp'
  | 'email'
  | 'emailHelp'
  | 'optional'
  | 'password'
  | 'passwordHelp'
  | 'show'
  | 'submit'
  | 'submitReset',
  string
>;

/**
 * Takes the secret from behind `#`, where no server log sees it, asks what the link is for, and
 * sends it in the body of the form. Without JavaScript the secret is pasted into its field.
 */
export function SetupForm({
  action,
  read,
  words,
}: {
  action: FormAction<never>;
  read: FormAction<LinkKind>;
  words: SetupWords;
}) {
  const [state, send, pending] = useActionState(action, IDLE);
  const [secret, setSecret] = useState<string | null>(null);
  const [link, setLink] = useState<FormState<LinkKind>>(IDLE);
  const [shown, setShown] = useState(false);

  useEffect(() => {
    const found = /^#s=([A-Za-z0-9_-]{1,200})$/.exec(window.location.hash)?.[1];
    if (!found) return;
    setSecret(found);
    // The secret does not stay in the address bar, the history or a screenshot.
    window.history.replaceState(null, '', window.location.pathname);
    const form = new FormData();
    form.set('secret', found);
    void read(IDLE, form).then(setLink);
  }, [read]);

  const reset = link.ok === true && link.value.for === 'reset' ? link.value.login : null;
  return (
    <>
      <PageHead
        title={reset === null ? words.title : words.titleReset}
        lede={reset === null ? words.lede : words.ledeReset.replace('{login}', reset)}
      />
      <FormProblem state={link.ok === false ? link : IDLE} />
      <form action={send} className="stack">
        <FormProblem state={state} />
        {secret === null ? (
          <Field
            id="secret"
            name="secret"
            label={words.link}
            help={words.linkHelp}
            mono
            required
            autoComplete="off"
            maxLength={200}
          />
        ) : (
          <input type="hidden" name="secret" value={secret} />
        )}
        {reset === null ? (
          <>
            <Field
              id="login"
              name="login"
              label={words.login}
              help={words.loginHelp}
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              required
              maxLength={64}
              error={faultOf(state, 'login')}
              defaultValue={kept(state, 'login')}
            />
            <Field
              id="displayName"
              name="displayName"
              label={words.name}
              help={words.nameHelp}
              autoComplete="name"
              required
              maxLength={100}
              defaultValue={kept(state, 'displayName')}
            />
            <Field
              id="email"
              name="email"
              type="email"
              label={words.email}
              labelNote={`(${words.optional})`}
              help={words.emailHelp}
              autoComplete="email"
              maxLength={254}
              error={faultOf(state, 'email')}
              defaultValue={kept(state, 'email')}
            />
          </>
        ) : null}
        <Field
          id="password"
          name="password"
          type={shown ? 'text' : 'password'}
          label={words.password}
          help={words.passwordHelp}
          autoComplete="new-password"
          required
          minLength={12}
          maxLength={256}
          error={faultOf(state, 'password')}
        />
        <label className="tick js-only">
          <input type="checkbox" checked={shown} onChange={(event) => setShown(event.target.checked)} />
          <span>{words.show}</span>
        </label>
        <p className="actions">
          <Button type="submit" look="primary" aria-disabled={pending || undefined}>
            {reset === null ? words.submit : words.submitReset}
          </Button>
        </p>
      </form>
    </>
  );
}
