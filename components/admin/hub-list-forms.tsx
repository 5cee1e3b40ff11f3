'use client';

import { useActionState } from 'react';

import type { ImportMode, ImportPreview } from '#lib/hubs/import-hub-list';

import { Button } from '#components/ui/button';

import { FormProblem } from './form-problem';
import { IDLE, kept, type FormAction } from './form-state';

/** Puts names on a hub's list, one a line. */
export function AddNames({
  name,
  action,
  words,
}: {
  name: string;
  action: FormAction<never>;
  words: Record<'label' | 'help' | 'submit', string>;
}) {
  const [state, send] = useActionState(action, IDLE);
  return (
    <form action={send} className="panel-body">
      <FormProblem state={state} />
      <input type="hidden" name="name" value={name} />
      <div className="field dense">
        <label htmlFor="add-names">{words.label}</label>
        <textarea
          id="add-names"
          name="names"
          rows={4}
          required
          autoComplete="off"
          spellCheck={false}
          className="mono"
          defaultValue={kept(state, 'names')}
          aria-describedby="add-names-help"
        />
        <p className="help after" id="add-names-help">
          {words.help}
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

export type ImportWords = Record<
  | 'text'
  | 'help'
  | 'mode'
  | 'add'
  | 'replace'
  | 'preview'
  | 'submit'
  | 'wouldAdd'
  | 'wouldRemove'
  | 'nobody'
  | 'admins'
  | 'passedOver'
  | 'line',
  string
>;

/** What the form shows again after a look at what it would change. */
export type ImportShown = { preview: ImportPreview; text: string; mode: ImportMode };

/** Reads a pasted list, says what it would change, and changes it. */
export function ImportList({
  name,
  action,
  words,
}: {
  name: string;
  action: FormAction<ImportShown>;
  words: ImportWords;
}) {
  const [state, send] = useActionState(action, IDLE);
  const shown = state.ok === true ? state.value : null;
  const mode = shown?.mode ?? kept(state, 'mode', 'add');
  return (
    <form action={send} className="stack">
      <FormProblem state={state} />
      <input type="hidden" name="name" value={name} />
      <div className="field dense">
        <label htmlFor="import-text">{words.text}</label>
        <textarea
          id="import-text"
          name="text"
          rows={8}
          required
          autoComplete="off"
          spellCheck={false}
          className="mono"
          defaultValue={shown?.text ?? kept(state, 'text')}
          aria-describedby="import-help"
        />
        <p className="help after" id="import-help">
          {words.help}
        </p>
      </div>
      <fieldset className="dense">
        <legend className="legend">{words.mode}</legend>
        {(['add', 'replace'] as const).map((value) => (
          <label key={value} className="tick">
            <input type="radio" name="mode" value={value} defaultChecked={mode === value} />
            <span>{words[value]}</span>
          </label>
        ))}
      </fieldset>
      {shown === null ? null : <Preview preview={shown.preview} words={words} />}
      <p className="actions">
        <Button type="submit" name="do" value="preview">
          {words.preview}
        </Button>
        <Button type="submit" name="do" value="import">
          {words.submit}
        </Button>
      </p>
    </form>
  );
}

function Preview({ preview, words }: { preview: ImportPreview; words: ImportWords }) {
  const names = ({ people, units, events }: ImportPreview['added']) =>
    [...people, ...units.map((unit) => `OU=${unit}`), ...events].join(', ') || words.nobody;
  return (
    <dl className="kv" role="status">
      <dt>{words.wouldAdd}</dt>
      <dd className="mono break">{names(preview.added)}</dd>
      <dt>{words.wouldRemove}</dt>
      <dd className="mono break">{names(preview.removed)}</dd>
      {preview.admins.length === 0 ? null : (
        <>
          <dt>{words.admins}</dt>
          <dd className="mono break">{preview.admins.join(', ')}</dd>
        </>
      )}
      {preview.problems.length === 0 ? null : (
        <>
          <dt>{words.passedOver}</dt>
          {preview.problems.map(({ line, text }) => (
            <dd key={line} className="mono break">
              {words.line} {line}: {text}
            </dd>
          ))}
        </>
      )}
    </dl>
  );
}
