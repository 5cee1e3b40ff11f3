'use client';

import { useActionState, type FormEvent } from 'react';

import { Button } from '#components/ui/button';

import { useTouch, type TouchAsking } from '../passkeys/use-touch';
import { FormProblem } from './form-problem';
import { faultOf, IDLE, kept, type FormAction } from './form-state';

export type Template = { key: string; title: string; text: string };
export type Choice = {
  value: 'approve' | 'takeover' | 'ask' | 'reject';
  title: string;
  text: string;
  submit: string;
};

export type DecisionWords = {
  whatToDo: string;
  template: string;
  templateOwn: string;
  reason: string;
  question: string;
  fieldHelp: string;
  comment: string;
  optional: string;
  vouch: string;
  vouchHelp: string;
  version: string;
};

/**
 * One choice and what it needs. The parts and the button of the other choices are hidden by CSS
 * (`:has(:checked)`), so that it works the same without JavaScript; the server reads the choice.
 */
export function DecisionForm({
  action,
  id,
  version,
  choices,
  first,
  vouch,
  touch,
  templates,
  words,
}: {
  action: FormAction<void>;
  id: string;
  version: number;
  choices: Choice[];
  first: Choice['value'];
  /** The address is not proven: offer to vouch for it. */
  vouch: boolean;
  /** An approval needs the touch of a passkey; null: it does not. */
  touch: TouchAsking | null;
  templates: { reject: Template[]; ask: Template[] };
  words: DecisionWords;
}) {
  const [state, send, pending] = useActionState(action, IDLE);
  const { problem, waiting, sendTouched } = useTouch(touch);
  const busy = pending || waiting;
  const chosen = kept(state, 'decision', first);
  const needsApproval = choices.some((choice) => choice.value === 'approve' || choice.value === 'takeover');

  /** What needs no touch goes its way as it is, with or without scripts. */
  function onSubmit(event: FormEvent<HTMLFormElement>): void {
    const data = new FormData(event.currentTarget);
    const decision = data.get('decision');
    if (touch === null || (decision !== 'approve' && decision !== 'takeover')) return;
    event.preventDefault();
    if (!busy) void sendTouched(data, send);
  }

  return (
    <form action={send} onSubmit={onSubmit} className="panel-body decision-form">
      <FormProblem state={problem.ok === false ? problem : state} />
      <input type="hidden" name="id" value={id} />
      <input type="hidden" name="version" value={version} />
      <fieldset className="dense">
        <legend className="legend">{words.whatToDo}</legend>
        <div className="opts">
          {choices.map((choice) => (
            <label key={choice.value} className="opt">
              <input
                type="radio"
                name="decision"
                value={choice.value}
                defaultChecked={choice.value === chosen}
              />
              <span>
                <b className="small">{choice.title}</b>
                <span>{choice.text}</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      {needsApproval ? (
        <div className="only-approve">
          {vouch ? (
            <label className="tick">
              <input
                type="checkbox"
                name="vouchEmail"
                value="yes"
                defaultChecked={kept(state, 'vouchEmail') === 'yes'}
              />
              <span>
                {words.vouch} <span className="meta">{words.vouchHelp}</span>
              </span>
            </label>
          ) : null}
          <div className="field dense">
            <label htmlFor="comment">
              {words.comment} <span className="opt-word">({words.optional})</span>
            </label>
            <input id="comment" name="comment" maxLength={500} defaultValue={kept(state, 'comment')} />
          </div>
        </div>
      ) : null}
      {choices.some((choice) => choice.value === 'ask') ? (
        <Wording
          kind="ask"
          field="question"
          label={words.question}
          templates={templates.ask}
          words={words}
          typed={kept(state, 'question')}
          template={kept(state, 'questionTemplate', templates.ask[0]?.key)}
          fault={faultOf(state, 'question')}
        />
      ) : null}
      {choices.some((choice) => choice.value === 'reject') ? (
        <Wording
          kind="reject"
          field="reason"
          label={words.reason}
          templates={templates.reject}
          words={words}
          typed={kept(state, 'reason')}
          template={kept(state, 'reasonTemplate', templates.reject[0]?.key)}
          fault={faultOf(state, 'reason')}
        />
      ) : null}
      <div className="actions">
        {choices.map((choice) => (
          <Button
            key={choice.value}
            type="submit"
            look="primary"
            className={`only-${choice.value}-button`}
            aria-disabled={busy || undefined}
          >
            {choice.submit}
          </Button>
        ))}
      </div>
      {touch ? (
        <>
          <p className="meta" role="status">
            {waiting ? touch.waiting : null}
          </p>
          <noscript>
            <p className="meta only-approve">{touch.noScript}</p>
          </noscript>
        </>
      ) : null}
      <p className="meta">{words.version}</p>
    </form>
  );
}

/** A template and a field for own words; the field wins where it is filled in. */
function Wording({
  kind,
  field,
  label,
  templates,
  words,
  typed,
  template,
  fault,
}: {
  kind: 'ask' | 'reject';
  field: 'question' | 'reason';
  label: string;
  templates: Template[];
  words: DecisionWords;
  typed: string;
  template: string;
  fault: string | undefined;
}) {
  return (
    <div className={`only-${kind}`}>
      <div className="field dense">
        <label htmlFor={`${field}-template`}>{words.template}</label>
        <select
          id={`${field}-template`}
          name={`${field}Template`}
          data-fills={field}
          data-for={kind}
          defaultValue={template}
        >
          {templates.map((one) => (
            <option key={one.key} value={one.key}>
              {one.title}
            </option>
          ))}
          <option value="">{words.templateOwn}</option>
        </select>
      </div>
      <div className={fault ? 'field dense has-error' : 'field dense'}>
        <label htmlFor={field}>{label}</label>
        <textarea
          id={field}
          name={field}
          rows={5}
          maxLength={1000}
          defaultValue={typed}
          placeholder={templates.find((one) => one.key === template)?.text}
          aria-describedby={`${field}-help`}
          aria-invalid={fault ? true : undefined}
        />
        <p className={fault ? 'error' : 'help after'} id={`${field}-help`}>
          {fault ?? words.fieldHelp}
        </p>
      </div>
    </div>
  );
}
