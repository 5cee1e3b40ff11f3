import type { Translate } from '#lib/ctx';
import type { HubView } from '#lib/hubs/list-hubs';

import { escapeHtml } from '../ui/escape-html';
import { iconUse } from '../ui/icon';
import { spanOfTime, utcTime } from '../ui/relative-time';

/** The icons that rows use; whoever shows rows draws these once (components/ui/icon.tsx). */
export const ROW_ICONS = ['ok', 'warn', 'bad', 'start', 'none'] as const;

type Look = readonly [word: string, kind: string, icon: (typeof ROW_ICONS)[number]];

const LOOKS: Record<HubView['state'], Look> = {
  up: ['up', 'ok', 'ok'],
  starting: ['starting', 'wait', 'start'],
  degraded: ['degraded', 'warn', 'warn'],
  down: ['down', 'bad', 'bad'],
  unknown: ['unknown', 'off', 'none'],
};
/** Listed, but its public address does not lead through this gate. */
const UNROUTED: Look = ['unrouted', 'off', 'none'];

/**
 * The rows of the hub table as one string. It is made once per change of the list, not once per
 * visitor: React would spend 2 ms on 200 of them every time.
 *
 * @param rows    as listed
 * @param options `now` decides the spans; callers keep the string for a minute at most
 */
export function hubRowsHtml(
  rows: readonly HubView[],
  { t, now, locale }: { t: Translate; now: Date; locale: string },
): string {
  const words = new Map<string, string>();
  const word = (key: string): string => {
    const known = words.get(key);
    if (known !== undefined) return known;
    const made = escapeHtml(t(key));
    words.set(key, made);
    return made;
  };
  return rows.map((row) => rowHtml(row, { t, word, now, locale })).join('');
}

function rowHtml(
  row: HubView,
  { t, word, now, locale }: { t: Translate; word: (key: string) => string; now: Date; locale: string },
): string {
  const look = row.routed ? LOOKS[row.state] : UNROUTED;
  const [state, kind, icon] = look;
  const title = escapeHtml(row.description || row.name);
  return (
    `<tr role="row"><th role="rowheader" scope="row"><span class="name">${title}</span>` +
    `<span class="desc mono">${escapeHtml(row.routed ? pathOf(row.url) : row.url)}</span></th>` +
    `<td role="cell" class="st"><span class="state is-${kind}">${iconUse(icon)}${word(`hubs.${state}`)}</span>` +
    `<span class="why">${since(row, look, { t, now, locale })}</span></td>` +
    `<td role="cell" class="you">${forYou(row, word, title)}</td></tr>`
  );
}

function since(
  row: HubView,
  [state]: Look,
  { t, now, locale }: { t: Translate; now: Date; locale: string },
): string {
  const at = new Date(row.since);
  const span = spanOfTime((now.getTime() - at.getTime()) / 1000, locale);
  const text = escapeHtml(t(`hubs.why.${state}`, { span: '\uE000' }));
  const time = `<time class="time" tabindex="0" datetime="${at.toISOString()}" data-utc="${utcTime(at)}">${escapeHtml(span)}</time>`;
  return text.replace('\uE000', time);
}

function forYou(row: HubView, word: (key: string) => string, title: string): string {
  // Registration files are claims of whoever may write them: only what the gate routes is a link.
  if (!row.routed) return '';
  const rule = row.mayEnter === undefined ? 'opensAny' : row.mayEnter ? 'opensYou' : 'notYou';
  // Registrations may hold http(s) addresses only; a second look costs nothing.
  const link = !/^https?:\/\//u.test(row.url) || row.mayEnter === false ? '' : openLink(row.url, word, title);
  return `${link}<span class="desc">${word(`hubs.${rule}`)}</span>`;
}

function openLink(url: string, word: (key: string) => string, title: string): string {
  return `<a class="btn btn-small" href="${escapeHtml(url)}">${word('hubs.open')}<span class="vh"> ${title}</span></a>`;
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
}
