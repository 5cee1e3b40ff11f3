'use client';

import { useActionState } from 'react';

import { FormProblem } from '../admin/form-problem';
import { faultOf, IDLE, kept, type FormAction } from '../admin/form-state';
import { Button, LinkButton } from '../ui/button';
import { Field, TextField } from '../ui/field';

/** The fields as they stand in the form; dates as the input of a date takes them. */
export type NoticeFields = { title: string; text: string; hubs: string; from: string; until: string };

/** Announces maintenance, or changes what was announced. */
export function NoticeForm({
  action,
  id,
  fields,
  words,
}: {
  action: FormAction<never>;
  /** Of the announcement that is changed; null for a new one. */
  id: string | null;
  fields: NoticeFields;
  words: Record<
    | 'title'
    | 'titleHelp'
    | 'text'
    | 'textHelp'
    | 'from'
    | 'fromHelp'
    | 'until'
    | 'untilHelp'
    | 'hubs'
    | 'hubsHelp'
    | 'optional'
    | 'submit'
    | 'cancel',
    string
  >;
}) {
  const [state, send] = useActionState(action, IDLE);
  const field = (name: keyof NoticeFields) => ({
    id: `notice-${name}`,
    name,
    label: words[name],
    help: words[`${name}Help`],
    error: faultOf(state, name),
    defaultValue: kept(state, name, fields[name]),
    dense: true,
  });
  return (
    <form action={send} className="panel-body notice-form">
      <FormProblem state={state} />
      {id === null ? null : <input type="hidden" name="id" value={id} />}
      <Field {...field('title')} required maxLength={100} autoComplete="off" />
      <Field {...field('from')} type="datetime-local" required />
      <Field {...field('until')} type="datetime-local" labelNote={words.optional} />
      <Field
        {...field('hubs')}
        mono
        labelNote={words.optional}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
      />
      <TextField {...field('text')} labelNote={words.optional} rows={3} maxLength={500} />
      <p className="actions">
        <Button type="submit" look="primary">
          {words.submit}
        </Button>
        {id === null ? null : (
          <LinkButton look="quiet" href="/admin/notices">
            {words.cancel}
          </LinkButton>
        )}
      </p>
    </form>
  );
}
