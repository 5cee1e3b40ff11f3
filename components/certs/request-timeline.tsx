import type { Translate } from '#lib/ctx';
import type { RequesterView } from '#lib/requests/views';

import { Timeline, type TimelineItem } from '../ui/timeline';
import { Words } from '../ui/words';
import { hasTimelineWord } from './timeline-words';

const BAD = new Set(['rejected', 'expired', 'failed', 'revoked', 'held']);

/** How the signer stands, as far as the requester needs to know. */
export type SignerWord = 'ready' | 'locked' | 'down';

/** What happened to a request, who acts next, and what is still to come. */
export function RequestTimeline({
  view,
  signer,
  undoSeconds,
  auto,
  now,
  locale,
  t,
}: {
  view: RequesterView;
  signer: SignerWord;
  undoSeconds: number;
  auto: boolean;
  now: Date;
  locale: string;
  t: Translate;
}) {
  const past = view.timeline.map((entry): TimelineItem => ({
    state: BAD.has(entry.what) ? 'bad' : 'done',
    title: hasTimelineWord(entry.what) ? t(`certs.request.what.${entry.what}`) : entry.what,
    text: detailOf(entry, t),
    at: entry.at,
  }));
  const step = (state: 'at' | 'todo', key: string, text: string): TimelineItem => ({
    state,
    title: t(`certs.request.${key}`),
    text: <Words text={t(`certs.request.${text}`, { seconds: undoSeconds })} />,
  });
  const signing = auto ? 'signingText' : 'signingManual';
  const next: Partial<Record<RequesterView['state'], TimelineItem[]>> = {
    SUBMITTED: [
      step('at', 'approval', view.next === 'you' ? 'approvalAsked' : 'approvalText'),
      step('todo', 'signing', signing),
      step('todo', 'pickUp', 'pickUpText'),
    ],
    APPROVED: [
      step('at', 'signing', signer === 'locked' ? 'signingLocked' : auto ? 'signingNow' : 'signingManual'),
      step('todo', 'pickUp', 'pickUpText'),
    ],
    SIGNING: [step('at', 'signing', 'signingNow'), step('todo', 'pickUp', 'pickUpText')],
    ISSUED:
      view.certificate === null || view.certificate.state === 'REVOKED'
        ? []
        : afterIssue(view.certificate, t),
  };
  return <Timeline items={[...past, ...(next[view.state] ?? [])]} now={now} locale={locale} />;
}

/** What the portal can know of the rest: that the file was had, and that the gate has seen it work. */
function afterIssue(
  { fetchedAt, seenAt }: NonNullable<RequesterView['certificate']>,
  t: Translate,
): TimelineItem[] {
  const step = (state: 'at' | 'todo', key: string, text: string): TimelineItem => ({
    state,
    title: t(`certs.request.${key}`),
    text: <Words text={t(`certs.request.${text}`)} />,
  });
  const done = (key: string, at: string): TimelineItem => ({
    state: 'done',
    title: t(`certs.request.what.${key}`),
    at,
  });
  if (seenAt !== null) {
    return [...(fetchedAt === null ? [] : [done('fetched', fetchedAt)]), done('seen', seenAt)];
  }
  if (fetchedAt !== null) return [done('fetched', fetchedAt), step('at', 'import', 'importNow')];
  return [step('at', 'pickUp', 'pickUpNow'), step('todo', 'import', 'importText')];
}

/** Why it happened. A serial says nothing here, and reasons of revocation have words. */
function detailOf({ what, detail }: RequesterView['timeline'][number], t: Translate): string | undefined {
  if (what === 'revoked' && detail !== null) return t(`common.revocation.${detail}`);
  if (detail === null || ['issued', 'held', 'hold-ended'].includes(what)) return undefined;
  return detail;
}
