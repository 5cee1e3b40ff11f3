'use client';

import { useActionState } from 'react';

import { Button } from '#components/ui/button';
import { CopyButton } from '#components/ui/copy-button';
import { Icon } from '#components/ui/icon';

import { FormProblem } from './form-problem';
import { faultOf, IDLE, kept, type FormAction } from './form-state';

/** Makes a token and shows it once, in the answer to the form. */
export function TokenForm({
  action,
  roles,
  lives,
  words,
}: {
  action: FormAction<{ name: string; token: string }>;
  roles: { value: string; title: string; text: string }[];
  lives: { value: string; word: string }[];
  words: Record<
    | 'name'
    | 'nameHelp'
    | 'roles'
    | 'expires'
    | 'submit'
    | 'madeTitle'
    | 'madeHelp'
    | 'copy'
    | 'copied'
    | 'about',
    string
  >;
}) {
  const [state, send] = useActionState(action, IDLE);
  const fault = faultOf(state, 'name');
  return (
    <form action={send} className="panel-body">
      <FormProblem state={state} />
      {state.ok === true ? (
        <div className="callout is-ok" role="status">
          <Icon name="ok" />
          <div className="stack-2">
            <p>
              <b>{words.madeTitle}</b> <span className="mono">{state.value.name}</span>
            </p>
            <div className="code">
              <pre>
                <code>{state.value.token}</code>
              </pre>
              <CopyButton
                text={state.value.token}
                label={words.copy}
                copied={words.copied}
                about={words.about}
              />
            </div>
            <p>{words.madeHelp}</p>
          </div>
        </div>
      ) : null}
      <div className={fault ? 'field dense has-error' : 'field dense'}>
        <label htmlFor="token-name">{words.name}</label>
        <input
          id="token-name"
          name="name"
          required
          maxLength={60}
          autoComplete="off"
          spellCheck={false}
          defaultValue={kept(state, 'name')}
          aria-invalid={fault ? true : undefined}
          aria-describedby="token-name-help"
        />
        <p className="help after" id="token-name-help">
          {words.nameHelp}
        </p>
      </div>
      <fieldset className="dense">
        <legend className="legend">{words.roles}</legend>
        <div className="opts">
          {roles.map((role) => (
            <label key={role.value} className="opt">
              <input type="checkbox" name="role" value={role.value} />
              <span>
                <b className="small">{role.title}</b>
                <span>{role.text}</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <div className="field dense">
        <label htmlFor="token-days">{words.expires}</label>
        <select id="token-days" name="days" defaultValue={kept(state, 'days', '90')}>
          {lives.map((life) => (
            <option key={life.value} value={life.value}>
              {life.word}
            </option>
          ))}
        </select>
      </div>
      <p className="actions">
        <Button type="submit" look="primary">
          {words.submit}
        </Button>
      </p>
    </form>
  );
}
