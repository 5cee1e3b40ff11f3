'use client';

import { useActionState } from 'react';

import { Button } from '#components/ui/button';

import type { Template } from './decision-form';
import { FormProblem } from './form-problem';
import { IDLE, kept, type FormAction } from './form-state';

/** One text for several requests; each can still be left out. */
export function BulkForm({
  action,
  kind,
  requests,
  templates,
  words,
}: {
  action: FormAction<void>;
  kind: 'reject' | 'ask';
  requests: { id: string; seen: string; name: string }[];
  templates: Template[];
  words: Record<'which' | 'template' | 'templateOwn' | 'text' | 'fieldHelp' | 'submit' | 'cancel', string>;
}) {
  const [state, send] = useActionState(action, IDLE);
  return (
    <form action={send} className="stack">
      <FormProblem state={state} />
      <input type="hidden" name="do" value={kind} />
      <fieldset className="dense">
        <legend className="legend">{words.which}</legend>
        <div className="opts">
          {requests.map((request) => (
            <label key={request.id} className="opt">
              <input type="checkbox" name="id" value={request.seen} defaultChecked />
              <span>
                <b className="mono">{request.name}</b>
                <span className="mono">{request.id}</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <div className="field dense">
        <label htmlFor="template">{words.template}</label>
        <select
          id="template"
          name="template"
          data-fills="text"
          defaultValue={kept(state, 'template', templates[0]?.key)}
        >
          {templates.map((template) => (
            <option key={template.key} value={template.key}>
              {template.title}
            </option>
          ))}
          <option value="">{words.templateOwn}</option>
        </select>
      </div>
      <div className="field dense">
        <label htmlFor="text">{words.text}</label>
        <textarea
          id="text"
          name="text"
          rows={5}
          maxLength={1000}
          defaultValue={kept(state, 'text')}
          placeholder={templates[0]?.text}
          aria-describedby="text-help"
        />
        <p className="help after" id="text-help">
          {words.fieldHelp}
        </p>
      </div>
      <p className="actions">
        <Button type="submit" look="primary">
          {words.submit}
        </Button>
        <a href="/admin">{words.cancel}</a>
      </p>
    </form>
  );
}
