import type { HubView } from '#lib/hubs/list-hubs';

import type { PathIcon } from '../ui/icon';
import type { StateKind } from '../ui/state';

/** How a state is said: its word in the catalogue, its colour, its icon. */
export type HubLook = { word: string; kind: StateKind; icon: PathIcon };

const LOOKS: Record<HubView['state'], HubLook> = {
  up: { word: 'up', kind: 'ok', icon: 'ok' },
  starting: { word: 'starting', kind: 'wait', icon: 'start' },
  degraded: { word: 'degraded', kind: 'warn', icon: 'warn' },
  down: { word: 'down', kind: 'bad', icon: 'bad' },
  stale: { word: 'stale', kind: 'off', icon: 'none' },
  unknown: { word: 'unknown', kind: 'off', icon: 'none' },
};
/** Listed, but its public address does not lead through this gate. */
const UNROUTED: HubLook = { word: 'unrouted', kind: 'off', icon: 'none' };

export function hubLook(hub: Pick<HubView, 'routed' | 'state'>): HubLook {
  return hub.routed || hub.state !== 'unknown' ? LOOKS[hub.state] : UNROUTED;
}

/** The catalogue's sentence for why it is so; `{span}` is since when, `{latency}` how slow. */
export function whyKey(hub: Pick<HubView, 'routed' | 'state' | 'why' | 'latencyMs'>): string {
  if (hubLook(hub) === UNROUTED) return 'hubs.why.unrouted';
  if (hub.why === 'slow' && hub.latencyMs !== undefined) return 'hubs.why.slowBy';
  if (hub.why === 'not-yet' && hub.state === 'down') return 'hubs.why.no-such-hub';
  return `hubs.why.${hub.why}`;
}

/** "4.8 s", or milliseconds below one second. */
export function latencyText(milliseconds: number, locale: string): string {
  const seconds = milliseconds / 1000;
  const [value, unit] = seconds >= 1 ? [seconds, 's'] : [milliseconds, 'ms'];
  const text = new Intl.NumberFormat(locale, { maximumFractionDigits: unit === 's' ? 1 : 0 }).format(value);
  return `${text}\u00A0${unit}`;
}

/** What needs somebody: shown by the filter of the list, and first on the kiosk. */
export function hasTrouble({ state }: Pick<HubView, 'state'>): boolean {
  return state === 'down' || state === 'degraded' || state === 'stale';
}

/** The path at the gate for what is routed; the whole address for what is not. */
export function hubPath(hub: Pick<HubView, 'routed' | 'url'>): string {
  return hub.routed && URL.canParse(hub.url) ? new URL(hub.url).pathname : hub.url;
}

/** The page of this hub. */
export function hubHref(name: string): string {
  return `/hubs/${encodeURIComponent(name)}`;
}

/** What people call it. */
export function hubTitle(hub: Pick<HubView, 'description' | 'name'>): string {
  return hub.description || hub.name;
}

/** Registrations may hold http(s) addresses only; a second look costs nothing. */
export function isWebAddress(text: string): boolean {
  return /^https?:\/\//u.test(text) && URL.canParse(text);
}

const MAILBOX = /^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,188}[A-Za-z0-9])?$/u;

/** Where a contact leads: a mail with a subject, a page, or nowhere (a room, a telephone number). */
export function contactHref(contact: string, subject: string): string | null {
  if (MAILBOX.test(contact)) return `mailto:${contact}?subject=${encodeURIComponent(subject)}`;
  return isWebAddress(contact) ? contact : null;
}
