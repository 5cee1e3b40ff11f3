'use client';

import { startTransition, useActionState, useState, type FormEvent } from 'react';

import { FormProblem } from '../admin/form-problem';
import { faultOf, IDLE, kept, type FormAction, type FormState } from '../admin/form-state';
import { Button } from '../ui/button';
import { Field, FieldFrame, TextField } from '../ui/field';
import type { PLAN_WORDS, PlanValues } from './plan-words';

/** As large as the server takes (lib/events/read-csv.ts): said before it is sent. */
const LIST_MAX_BYTES = 128 * 1024;

/** Everything about an event on one page; works without JavaScript. */
export function PlanForm({
  action,
  id,
  values,
  organiser,
  words,
}: {
  action: FormAction<void>;
  /** Absent for a new one. */
  id: string | null;
  values: PlanValues;
  /** Whether another organiser may be named. */
  organiser: boolean;
  words: Record<(typeof PLAN_WORDS)[number], string>;
}) {
  const [state, send, busy] = useActionState(action, IDLE);
  const [local, setLocal] = useState<FormState>(IDLE);
  const shown = local.ok === false ? local : state;

  /** Forms that are larger than the portal takes would end in an error page. */
  function onSubmit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const list = data.get('list');
    if (list instanceof File && list.size > LIST_MAX_BYTES) {
      setLocal({
        ok: false,
        code: 'event.csv',
        title: words.tooLarge,
        message: words.tooLarge,
        advice: '',
        field: 'list',
        values: {},
        requestId: '',
      });
      return;
    }
    setLocal(IDLE);
    startTransition(() => send(data));
  }

  return (
    <form action={send} onSubmit={onSubmit}>
      <FormProblem state={shown} />
      {id === null ? null : <input type="hidden" name="id" value={id} />}
      <Field
        split
        first
        id="name"
        name="name"
        maxLength={80}
        required
        label={words.name}
        help={words.nameHelp}
        error={faultOf(shown, 'name')}
        defaultValue={kept(state, 'name', values.name)}
      />
      <Field
        split
        type="date"
        id="first"
        name="first"
        required
        label={words.first}
        error={faultOf(shown, 'first')}
        defaultValue={kept(state, 'first', values.first)}
      />
      <Field
        split
        type="date"
        id="last"
        name="last"
        required
        label={words.last}
        help={words.lastHelp}
        error={faultOf(shown, 'last') ?? faultOf(shown, 'endsAt')}
        defaultValue={kept(state, 'last', values.last)}
      />
      <TextField
        split
        mono
        id="hubs"
        name="hubs"
        rows={3}
        spellCheck={false}
        autoCapitalize="none"
        label={words.hubs}
        help={words.hubsHelp}
        error={faultOf(shown, 'hubs')}
        defaultValue={kept(state, 'hubs', values.hubs)}
      />
      <Field
        split
        id="seats"
        name="seats"
        inputMode="numeric"
        label={words.seats}
        help={words.seatsHelp}
        error={faultOf(shown, 'seats')}
        defaultValue={kept(state, 'seats', values.seats)}
      />
      <FieldFrame
        split
        id="list"
        label={words.list}
        labelNote={words.listNote}
        help={words.listHelp}
        error={faultOf(shown, 'list')}
      >
        <input
          id="list"
          className="drop"
          type="file"
          name="list"
          accept=".csv,text/csv,text/plain"
          aria-describedby={faultOf(shown, 'list') ? 'list-help list-error' : 'list-help'}
          aria-invalid={faultOf(shown, 'list') ? true : undefined}
        />
      </FieldFrame>
      <Field
        split
        id="spare"
        name="spare"
        inputMode="numeric"
        required
        label={words.spare}
        help={words.spareHelp}
        error={faultOf(shown, 'spare')}
        defaultValue={kept(state, 'spare', values.spare)}
      />
      {organiser ? (
        <Field
          split
          mono
          id="organiser"
          name="organiser"
          autoComplete="off"
          label={words.organiser}
          labelNote={words.optional}
          help={words.organiserHelp}
          error={faultOf(shown, 'organiser')}
          defaultValue={kept(state, 'organiser')}
        />
      ) : null}
      <p className="actions section-actions">
        <Button look="primary" type="submit" aria-disabled={busy || undefined}>
          {busy ? words.busy : words.submit}
        </Button>
      </p>
    </form>
  );
}
