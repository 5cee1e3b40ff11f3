'use client';

import { useActionState } from 'react';

import type { QrCode } from '#lib/identity/qr-code';

import { QrImage } from '../account/qr-image';
import { FormProblem } from '../admin/form-problem';
import { IDLE, type FormAction } from '../admin/form-state';
import { Button } from '../ui/button';
import { PageHead } from '../ui/page-head';
import { filled } from '../ui/words-of';

export type SheetCard = { number: number; commonName: string; name: string | null; code: string; qr: QrCode };

/** Invitations to be cut out. Links live in this page only: reloading it makes new ones on a click. */
export function CardSheet({
  action,
  id,
  participant,
  possible,
  event,
  words,
}: {
  action: FormAction<{ cards: SheetCard[] }>;
  id: string;
  /** One alone; null: everybody who has not used their invitation. */
  participant: string | null;
  possible: boolean;
  event: string;
  words: Record<
    'crumb' | 'title' | 'lede' | 'make' | 'none' | 'print' | 'scan' | 'code' | 'qr' | 'busy' | 'back',
    string
  >;
}) {
  const [state, send, busy] = useActionState(action, IDLE);
  const cards = state.ok === true ? state.value.cards : [];
  return (
    <>
      <div className="no-print">
        <PageHead
          crumb={<a href="/events">{words.crumb}</a>}
          title={words.title}
          lede={cards.length > 0 ? words.print : words.lede}
        />
        <FormProblem state={state} />
        {cards.length > 0 ? null : possible ? (
          <form action={send}>
            <input type="hidden" name="id" value={id} />
            {participant === null ? null : <input type="hidden" name="participant" value={participant} />}
            <p className="actions">
              <Button look="primary" type="submit" aria-disabled={busy || undefined}>
                {busy ? words.busy : words.make}
              </Button>
            </p>
          </form>
        ) : (
          <p>{words.none}</p>
        )}
        <p className="section-actions">
          <a href={`/events/${id}`}>{words.back}</a>
        </p>
      </div>
      {cards.length > 0 ? (
        <ul className="cards">
          {cards.map((card) => (
            <li key={card.number} className="invitation-card">
              <QrImage {...card.qr} label={filled(words.qr, { name: card.name ?? card.commonName })} />
              <div>
                <p className="meta">{event}</p>
                <p className="card-name">{card.name ?? card.commonName}</p>
                {card.name === null ? null : <p className="mono break">{card.commonName}</p>}
                <p className="small">{words.scan}</p>
                <p className="small">
                  {words.code}: <span className="mono card-code">{card.code}</span>
                </p>
              </div>
            </li>
          ))}
        </ul>
      ) : null}
    </>
  );
}
