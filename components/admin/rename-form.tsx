'use client';

import { useActionState } from 'react';

import { Button } from '#components/ui/button';

import { FormProblem } from './form-problem';
import { faultOf, IDLE, kept, type FormAction } from './form-state';

/** Corrects the account name that the certificate will carry. */
export function RenameForm({
  action,
  id,
  version,
  name,
  words,
}: {
  action: FormAction<void>;
  id: string;
  version: number;
  name: string;
  words: { account: string; help: string; change: string };
}) {
  const [state, send] = useActionState(action, IDLE);
  const fault = faultOf(state, 'commonName');
  return (
    <form action={send} className="panel-body rename-form">
      <FormProblem state={state} />
      <input type="hidden" name="id" value={id} />
      <input type="hidden" name="version" value={version} />
      <div className={fault ? 'field dense has-error' : 'field dense'}>
        <label htmlFor="account">{words.account}</label>
        <div className="joined">
          <input
            className="mono"
            id="account"
            name="commonName"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            required
            defaultValue={kept(state, 'commonName', name)}
            aria-describedby="account-help"
          />
          <Button type="submit" small>
            {words.change}
          </Button>
        </div>
        <p className="help after" id="account-help">
          {words.help}
        </p>
      </div>
    </form>
  );
}
