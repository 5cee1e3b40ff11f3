import type { HubOutageRow } from '../db/hub-history';
import type { IndexedHub } from './hub-index';
import type { HubState } from './hub-state';

/** How bad a state is, as far as it is an outage. */
const WORSE: Partial<Record<HubState, number>> = { degraded: 1, down: 2, stale: 3 };

/**
 * Whether a hub serves: what is slow serves, what starts or cannot be asked says neither yes nor no,
 * so that no outage begins or ends by it.
 */
export function servesNow({ health, probes }: Pick<IndexedHub, 'health' | 'probes'>): boolean | null {
  const { state, why } = health;
  if (state === 'up' || why === 'slow' || probes.length === 0) return true;
  return WORSE[state] === undefined ? null : false;
}

/**
 * The outage of a hub after what is known of it now: the open one goes on, with the worst of it, a
 * new one begins at the first look that failed, or there is none.
 *
 * @returns null when there is nothing to write
 */
export function outageNow(hub: IndexedHub, open: HubOutageRow | undefined, now: Date): HubOutageRow | null {
  const serves = servesNow(hub);
  if (serves === null) return null;
  if (serves) return open === undefined ? null : { ...open, to: now };
  const { state, why, since, failingSince } = hub.health;
  if (open === undefined) {
    const from = new Date(failingSince ?? since);
    return { id: `${hub.name} ${from.toISOString()}`, hub: hub.name, from, to: null, state, why };
  }
  return (WORSE[state] ?? 0) > (WORSE[open.state] ?? 0) ? { ...open, state, why } : null;
}
