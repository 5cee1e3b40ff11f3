'use client';

import { useRef, useState, type ReactNode } from 'react';

import { Button } from '#components/ui/button';
import { State } from '#components/ui/state';
import type { SignEvent } from '#lib/requests/views';

import { readEvents } from './read-events';

type Item = Extract<SignEvent, { event: 'item' }>;

export type SigningWords = {
  sign: string;
  running: string;
  doneTitle: string;
  progress: string;
  progressText: string;
  progressWords: string;
  issued: string;
  failed: string;
  todo: string;
  rate: string;
  oneByOne: string;
  oneByOneHelp: string;
  columns: [outcome: string, name: string, request: string, serial: string, next: string];
  noSerial: string;
  openIt: string;
  pickup: string;
  more: string;
  broken: string;
  /** Sentences for refusals of the call, by code; the API's own are English. */
  refused: Record<string, string>;
  reload: string;
};

type Run = {
  items: Item[];
  done: number;
  total: number;
  startedMs: number;
  nowMs: number;
  end: { issued: number; failed: number } | null;
  problem: string | null;
};

const SHOWN = 40;

/**
 * Signs everything that is approved and shows each outcome as it comes. Before the button is
 * pressed it shows `children`; without JavaScript the same button runs `fallback` on the server.
 */
export function SigningProgress({
  total,
  names,
  fallback,
  words,
  note,
  head,
  crumb,
  children,
}: {
  total: number;
  /** Account name by request id, as far as the page knows them. */
  names: Record<string, string>;
  fallback: (form: FormData) => Promise<void>;
  words: SigningWords;
  note: ReactNode;
  /** The page's head before the button is pressed. */
  head: ReactNode;
  crumb: ReactNode;
  children: ReactNode;
}) {
  const [run, setRun] = useState<Run | null>(null);
  const busy = useRef(false);

  async function sign(): Promise<void> {
    if (busy.current) return;
    busy.current = true;
    const startedMs = performance.now();
    let current: Run = { items: [], done: 0, total, startedMs, nowMs: startedMs, end: null, problem: null };
    const update = (change: Partial<Run>) => {
      current = { ...current, nowMs: performance.now(), ...change };
      setRun(current);
    };
    update({});
    try {
      const answer = await fetch('/api/v1/admin/requests/sign', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ all: true }),
      });
      if (!answer.ok || !answer.body) {
        const problem = (await answer.json().catch(() => null)) as { code?: string } | null;
        update({ problem: words.refused[problem?.code ?? ''] ?? words.broken });
        return;
      }
      for await (const event of readEvents<SignEvent>(answer.body, ['item', 'done'])) {
        if (event.event === 'item') {
          update({ items: [event, ...current.items], done: event.done, total: event.total });
        } else {
          update({ end: { issued: event.issued, failed: event.failed } });
        }
      }
      if (!current.end) update({ problem: words.broken });
    } catch {
      update({ problem: words.broken });
    } finally {
      busy.current = false;
    }
  }

  if (!run) {
    return (
      <>
        {head}
        {total > 0 ? (
          <form
            action={fallback}
            className="actions lead-actions"
            onSubmit={(event) => {
              event.preventDefault();
              void sign();
            }}
          >
            <Button type="submit" look="primary">
              {words.sign}
            </Button>
            <span className="meta">{note}</span>
          </form>
        ) : null}
        {children}
      </>
    );
  }

  const failed = run.items.filter((item) => item.state === 'FAILED').length;
  const issued = run.items.filter((item) => item.state === 'ISSUED').length;
  const seconds = Math.max(0.05, (run.nowMs - run.startedMs) / 1000);
  const shown = [...run.items]
    .sort((one, other) => Number(other.state === 'FAILED') - Number(one.state === 'FAILED'))
    .slice(0, SHOWN);
  const counts = { issued: String(issued), failed: String(failed) };
  return (
    <div className="signing-run">
      <div className="head">
        <p className="crumb">{crumb}</p>
        <h1>{run.end ? fill(words.doneTitle, counts) : words.running}</h1>
      </div>
      <p className="progress-head" role="status">
        <span>
          <b>{fill(words.progressText, { done: String(run.done), total: String(run.total) })}</b>{' '}
          {fill(words.progressWords, counts)}
        </span>
      </p>
      <progress
        className="progress"
        max={Math.max(1, run.total)}
        value={run.done}
        aria-label={words.progress}
      />
      {run.problem ? (
        <div className="callout is-bad" role="alert">
          <span />
          <div>
            <p>{run.problem}</p>
            <p className="actions">
              <a className="btn btn-small" href="/admin/signing">
                {words.reload}
              </a>
            </p>
          </div>
        </div>
      ) : null}
      <dl className="figures section">
        <Figure word={words.issued} value={issued} />
        <Figure word={words.failed} value={failed} />
        <Figure word={words.todo} value={Math.max(0, run.total - run.done)} />
        <Figure word={words.rate} value={Math.round(run.done / seconds)} />
      </dl>
      <section className="section" aria-labelledby="one-by-one">
        <div className="section-head flush">
          <h2 id="one-by-one">{words.oneByOne}</h2>
          <p>{words.oneByOneHelp}</p>
        </div>
        <table className="table dense-table rows q sign fold-table" role="table">
          <thead role="rowgroup">
            <tr role="row">
              {words.columns.map((column) => (
                <th key={column} role="columnheader" scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {shown.map((item) => (
              <Outcome key={item.id} item={item} name={names[item.id]} words={words} />
            ))}
          </tbody>
        </table>
        {run.items.length > shown.length ? (
          <p className="meta">{fill(words.more, { n: String(run.items.length - shown.length) })}</p>
        ) : null}
      </section>
    </div>
  );
}

function Figure({ word, value }: { word: string; value: number }) {
  return (
    <div>
      <dt>{word}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Outcome({ item, name, words }: { item: Item; name: string | undefined; words: SigningWords }) {
  const failed = item.state === 'FAILED';
  return (
    <tr role="row">
      <td role="cell">
        <State kind={failed ? 'bad' : 'ok'}>{failed ? words.failed : words.issued}</State>
      </td>
      <th role="rowheader" scope="row" className="cell-cn">
        <a className="cn" href={`/admin/requests/${item.id}`}>
          {name ?? item.id}
        </a>
      </th>
      <td role="cell" className="cell-id">
        <span className="id">{item.id}</span>
      </td>
      <td role="cell" className="cell-serial">
        {item.serial ? (
          <span className="id">{(item.serial.match(/.{1,4}/gu) ?? []).join(' ')}</span>
        ) : (
          <span className="quiet">{words.noSerial}</span>
        )}
      </td>
      <td role="cell" className="finding">
        {failed ? (
          <>
            <span className="mono">{item.code}</span>{' '}
            <a href={`/admin/requests/${item.id}`}>{words.openIt}</a>
          </>
        ) : (
          <span className="quiet">{words.pickup}</span>
        )}
      </td>
    </tr>
  );
}

/** Puts values into a sentence of the catalogue whose places were kept as {name}. */
function fill(sentence: string, values: Record<string, string>): string {
  return sentence.replace(/\{(\w+)\}/gu, (whole, key: string) => values[key] ?? whole);
}
