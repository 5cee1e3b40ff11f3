'use client';

import { useRouter } from 'next/navigation';
import { useActionState, useRef, useState, type FormEvent } from 'react';

import { Button, LinkButton } from '#components/ui/button';
import { Icon } from '#components/ui/icon';
import { State } from '#components/ui/state';
import { filled } from '#components/ui/words-of';

import { FormProblem } from './form-problem';
import { faultOf, IDLE, type FormAction } from './form-state';
import { readEvents } from './read-events';

export type BulkRevokeWords = Record<
  | 'confirm'
  | 'confirmHelp'
  | 'mismatch'
  | 'submit'
  | 'running'
  | 'progress'
  | 'progressText'
  | 'doneTitle'
  | 'unknown'
  | 'broken'
  | 'again'
  | 'toList',
  string
> & {
  /** Sentences for refusals of the call, by code; the API's own are English. */
  refused: Record<string, string>;
};

type Event =
  | { event: 'batch'; done: number; total: number }
  | { event: 'done'; count: number; unknown: string[] }
  | { event: 'error'; code: string };
type Run = { done: number; end: { count: number; unknown: number } | null; problem: string | null };

/**
 * The number typed out, then the button. With scripts the batches are counted as they stand in the
 * signer's journal; without, the same button runs on the server and the page comes when all is done.
 */
export function BulkRevokeForm({
  action,
  select,
  fields,
  reason,
  count,
  here,
  words,
}: {
  action: FormAction<void>;
  /** The selection as the API takes it. */
  select: unknown;
  /** The same as fields of the form. */
  fields: [name: string, value: string][];
  reason: string;
  count: number;
  /** This page, to look at the selection again. */
  here: string;
  words: BulkRevokeWords;
}) {
  const [state, send] = useActionState(action, IDLE);
  const [run, setRun] = useState<Run | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const busy = useRef(false);
  const router = useRouter();

  async function revoke(): Promise<void> {
    if (busy.current) return;
    busy.current = true;
    let current: Run = { done: 0, end: null, problem: null };
    const update = (change: Partial<Run>) => setRun((current = { ...current, ...change }));
    update({});
    try {
      const answer = await fetch('/api/v1/admin/certificates/revoke', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ select, reason, expectedCount: count }),
      });
      if (!answer.ok || !answer.body) {
        const problem = (await answer.json().catch(() => null)) as { code?: string } | null;
        return update({ problem: words.refused[problem?.code ?? ''] ?? words.broken });
      }
      for await (const event of readEvents<Event>(answer.body, ['batch', 'done', 'error'])) {
        if (event.event === 'batch') update({ done: event.done });
        else if (event.event === 'error') update({ problem: words.refused[event.code] ?? words.broken });
        else update({ end: { count: event.count, unknown: event.unknown.length } });
        // The same end as without scripts; only what was left out has to be read here.
        if (event.event === 'done' && event.unknown.length === 0) {
          router.push(`/admin/certificates?state=REVOKED&done=revokedMany&n=${event.count}`);
        }
      }
      if (current.end === null && current.problem === null) update({ problem: words.broken });
    } catch {
      update({ problem: words.broken });
    } finally {
      busy.current = false;
    }
  }

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const typed = new FormData(event.currentTarget).get('confirm');
    if (typeof typed !== 'string' || typed.trim() !== String(count)) {
      setWrong(words.mismatch);
      document.getElementById('confirm')?.focus();
      return;
    }
    setWrong(null);
    void revoke();
  }

  if (run !== null) return <Running run={run} total={count} here={here} words={words} />;
  const fault = wrong ?? faultOf(state, 'confirm');
  return (
    <form action={send} className="panel-body" onSubmit={submit} noValidate>
      <FormProblem state={state} />
      {fields.map(([name, value]) => (
        <input key={`${name} ${value}`} type="hidden" name={name} value={value} />
      ))}
      <input type="hidden" name="reason" value={reason} />
      <input type="hidden" name="expected" value={count} />
      <div className={fault ? 'field dense has-error' : 'field dense'}>
        <label htmlFor="confirm">{words.confirm}</label>
        <input
          id="confirm"
          name="confirm"
          className="mono"
          inputMode="numeric"
          autoComplete="off"
          required
          aria-invalid={fault ? true : undefined}
          aria-describedby="confirm-help"
        />
        {fault ? (
          <p className="error" id="confirm-help">
            <Icon name="bad" />
            <span>{fault}</span>
          </p>
        ) : (
          <p className="help after" id="confirm-help">
            {words.confirmHelp}
          </p>
        )}
      </div>
      <p className="actions">
        <Button type="submit" look="primary">
          {words.submit}
        </Button>
      </p>
    </form>
  );
}

function Running({
  run,
  total,
  here,
  words,
}: {
  run: Run;
  total: number;
  here: string;
  words: BulkRevokeWords;
}) {
  return (
    <div className="panel-body">
      <p className="progress-head" role="status">
        {run.end ? (
          <State kind="ok">{filled(words.doneTitle, { n: run.end.count })}</State>
        ) : (
          <b>
            {run.problem ? null : `${words.running} `}
            {filled(words.progressText, { done: run.done, total })}
          </b>
        )}
      </p>
      <progress
        className="progress"
        max={total}
        value={run.end ? total : run.done}
        aria-label={words.progress}
      />
      {run.problem ? (
        <div className="callout is-bad" role="alert">
          <span />
          <div>
            <p>{run.problem}</p>
          </div>
        </div>
      ) : null}
      {run.end && run.end.unknown > 0 ? (
        <p className="small">{filled(words.unknown, { n: run.end.unknown })}</p>
      ) : null}
      <p className="actions">
        {run.problem ? <LinkButton href={here}>{words.again}</LinkButton> : null}
        {run.end ? <LinkButton href="/admin/certificates?state=REVOKED">{words.toList}</LinkButton> : null}
      </p>
    </div>
  );
}
