import type { Translate } from '#lib/ctx';
import type { HubView } from '#lib/hubs/list-hubs';

import { iconUse, type PathIcon } from '../ui/icon';
import { spanOfTime, utcTime } from '../ui/relative-time';
import { escapeHtml } from '../ui/escape-html';
import { hubIconUse } from './hub-icons';
import {
  contactHref,
  hubHref,
  hubLook,
  hubPath,
  hubTitle,
  isWebAddress,
  latencyText,
  whyKey,
} from './hub-looks';

/** The icons that rows use; whoever shows rows draws these once (components/ui/icon.tsx). */
export const ROW_ICONS = [
  'ok',
  'warn',
  'bad',
  'start',
  'none',
  'info',
  'arrow',
] as const satisfies PathIcon[];

/** What rows are made from, besides the hubs. `now` decides the spans: keep the text for a minute at most. */
export type RowFacts = {
  t: Translate;
  now: Date;
  locale: string;
  /** False when the visitor showed a certificate that is not valid: no list would help. */
  accepted: boolean;
  /** Announced work by name of the hub. */
  work: ReadonlyMap<string, 'planned' | 'running'>;
  /** The cell of the availability strip by name of the hub; null where there is no such column. */
  strips: ReadonlyMap<string, string> | null;
};

type Facts = RowFacts & { word: (key: string, slots?: Record<string, string>) => string };

/**
 * The rows of the hub table as one string. It is made once per change of the list, not once per
 * visitor: React would spend 2 ms on 200 of them every time.
 */
export function hubRowsHtml(rows: readonly HubView[], facts: RowFacts): string {
  const words = new Map<string, string>();
  const word = (key: string, slots?: Record<string, string>): string => {
    const known = words.get(key);
    if (known !== undefined) return known;
    const made = escapeHtml(facts.t(key, slots));
    words.set(key, made);
    return made;
  };
  return rows.map((row) => rowHtml(row, { ...facts, word })).join('');
}

function rowHtml(row: HubView, facts: Facts): string {
  const { word, strips } = facts;
  const { word: state, kind, icon } = hubLook(row);
  const strip = strips === null ? '' : `<td role="cell" class="wide">${strips.get(row.name) ?? ''}</td>`;
  return (
    `<tr role="row"><th role="rowheader" scope="row">${nameCell(row, facts)}</th>` +
    `<td role="cell" class="st"><span class="state is-${kind}">${iconUse(icon)}${word(`hubs.${state}`)}</span>` +
    `<span class="why">${why(row, facts)}</span></td>${strip}` +
    `<td role="cell" class="you">${forYou(row, facts)}</td></tr>`
  );
}

function nameCell(row: HubView, { word, work }: Facts): string {
  const { announcement, documentation, resources, version } = row;
  const offers = [
    `<span class="mono">${escapeHtml(hubPath(row))}</span>`,
    ...(resources === undefined ? [] : [escapeHtml(resources)]),
    ...(version === undefined
      ? []
      : [word('hubs.version', { version: SLOT }).replace(SLOT, () => escapeHtml(version))]),
    // Registration files are claims of whoever may write them: only of what the gate routes there are links.
    ...(documentation === undefined || !row.routed || !isWebAddress(documentation)
      ? []
      : [`<a href="${escapeHtml(documentation)}" rel="noreferrer">${word('hubs.docs')}</a>`]),
  ];
  const phase = work.get(row.name);
  const told = [
    ...(phase === undefined
      ? []
      : phase === 'running'
        ? [`<span class="note is-warn">${iconUse('warn')}${word('hubs.maintenanceNow')}</span>`]
        : [`<span class="note">${iconUse('info')}${word('hubs.maintenancePlanned')}</span>`]),
    ...(announcement === undefined
      ? []
      : [`<span class="note">${iconUse('info')}${escapeHtml(announcement)}</span>`]),
  ];
  return (
    `<a class="name" href="${hubHref(row.name)}">${row.icon === undefined ? '' : hubIconUse(row.icon)}` +
    `${escapeHtml(hubTitle(row))}</a>` +
    `<span class="desc">${offers.join(' · ')}</span>${told.join('')}`
  );
}

const SLOT = '\uE000';
const LATENCY = '\uE001';

function why(row: HubView, { word, now, locale }: Facts): string {
  const at = new Date(row.since);
  const span = spanOfTime((now.getTime() - at.getTime()) / 1000, locale);
  const time = `<time class="time" tabindex="0" datetime="${at.toISOString()}" data-utc="${utcTime(at)}">${escapeHtml(span)}</time>`;
  const latency = row.latencyMs === undefined ? '' : latencyText(row.latencyMs, locale);
  return word(whyKey(row), { span: SLOT, latency: LATENCY })
    .replace(LATENCY, latency)
    .replace(SLOT, () => time);
}

/** Whether this visitor may enter, and the one click in, or whom to ask. */
function forYou(row: HubView, facts: Facts): string {
  const { word, accepted } = facts;
  // Registration files are claims of whoever may write them: only what the gate routes is a link.
  if (!row.routed) return hubLook(row).word === 'unrouted' ? '' : desc(word('hubs.unrouted'));
  if (row.mayEnter === undefined) return `${enterLink(row, facts)}${desc(word('hubs.opensAny'))}`;
  if (!row.mayEnter) {
    return accepted
      ? `${word('hubs.notYou')} ${desc(`<a href="${escapeHtml(askHref(row))}">${word('hubs.ask')}</a>`)}`
      : desc(word('hubs.notValid'));
  }
  if (row.state === 'up' || row.state === 'degraded' || row.state === 'unknown') return enterLink(row, facts);
  return `${word('hubs.opensYou')} ${desc(word('hubs.whenUp'))}`;
}

function askHref(row: HubView): string {
  const mail = row.contact === undefined ? null : contactHref(row.contact, hubPath(row));
  return mail ?? `${hubHref(row.name)}#access`;
}

function enterLink(row: HubView, { word }: Facts): string {
  if (!isWebAddress(row.url)) return '';
  const about = `<span class="vh"> ${escapeHtml(hubTitle(row))}</span>`;
  return `<a class="btn btn-small" href="${escapeHtml(row.url)}">${word('hubs.enter')}${about}${iconUse('arrow')}</a>`;
}

function desc(html: string): string {
  return `<span class="desc">${html}</span>`;
}
