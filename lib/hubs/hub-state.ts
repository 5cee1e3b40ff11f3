import type { Probe } from './probe-hub';

export const HUB_STATES = ['up', 'starting', 'degraded', 'down', 'stale', 'unknown'] as const;
export type HubState = (typeof HUB_STATES)[number];

/** What is known of a hub's health. Instants in milliseconds since 1970. */
export type HubHealth = {
  state: HubState;
  since: number;
  version: string | null;
  failures: number;
  registeredAt: number;
};

/** A hub registers when its process is forked, one to three seconds before it answers. */
const STARTING_MS = 60_000;
const FAILURES_UNTIL_BELIEVED = 2;

export function newHealth(now: number): HubHealth {
  return { state: 'unknown', since: now, version: null, failures: 0, registeredAt: now };
}

/**
 * The health after one more probe. One failure of a hub that was up is not believed: a busy hub
 * misses a probe now and then.
 */
export function nextHealth(before: HubHealth, probe: Probe, now: number): HubHealth {
  if (probe.outcome === 'up') {
    return moved({ ...before, version: probe.version, failures: 0 }, 'up', now);
  }
  const failures = before.failures + 1;
  const young = now - before.registeredAt < STARTING_MS && before.version === null;
  if (young && (probe.outcome === 'not-yet' || probe.outcome === 'down')) {
    return moved({ ...before, failures }, 'starting', now);
  }
  if (before.state === 'up' && failures < FAILURES_UNTIL_BELIEVED) return { ...before, failures };
  const state = { 'not-yet': 'down', down: 'down', hung: 'degraded', 'not-a-hub': 'unknown' } as const;
  return moved({ ...before, failures }, state[probe.outcome], now);
}

function moved(health: HubHealth, state: HubState, now: number): HubHealth {
  return health.state === state ? health : { ...health, state, since: now };
}
