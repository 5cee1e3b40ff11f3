import type { Probe } from './probe-hub';

export const HUB_STATES = ['up', 'starting', 'degraded', 'down', 'stale', 'unknown'] as const;
export type HubState = (typeof HUB_STATES)[number];

/** Why a hub is in its state: a closed list, for words on pages and for programs. */
export const HUB_WHYS = [
  'answers',
  'slow',
  'not-yet',
  'refused',
  'no-answer',
  'status',
  'not-a-hub',
  'redirect',
  'tls',
  'too-much',
  'left-behind',
  'not-probed',
] as const;
export type HubWhy = (typeof HUB_WHYS)[number];

/** What is known of a hub's health. Instants in milliseconds since 1970. */
export type HubHealth = {
  state: HubState;
  since: number;
  why: HubWhy;
  version: string | null;
  latencyMs: number | null;
  /** Looks in a row that were not a quick answer. */
  doubts: number;
  /** The first look of those that found it not serving. */
  failingSince: number | null;
  lastUpAt: number | null;
};

/** What the registration and the host say beside the probe. Milliseconds since 1970. */
export type Circumstances = {
  now: number;
  /** When its file was written last. */
  registeredAt: number;
  /** When this host booted, for hubs on it; null for others. */
  bootedAt: number | null;
};

/** A hub registers when its process is forked, one to three seconds before it answers. */
const STARTING_MS = 60_000;
const DOUBTS_UNTIL_BELIEVED = 2;
const SLOW_MS = 1000;
const HUNG_UNTIL_DOWN_MS = 30_000;
/** So long an address refuses until its file counts as left behind by a crash. */
const STALE_MS = 600_000;

export function newHealth(now: number): HubHealth {
  return {
    state: 'unknown',
    since: now,
    why: 'not-probed',
    version: null,
    latencyMs: null,
    doubts: 0,
    failingSince: null,
    lastUpAt: null,
  };
}

/**
 * The health after one more look: the one table of states.
 *
 * | found | state | why |
 * |---|---|---|
 * | 200 with JupyterHub's version, within 1 s | up | answers |
 * | the same, later | degraded | slow |
 * | nobody listens, the proxy's 404 or 502-504; the file is younger than 60 s and it was not up since | starting | as below |
 * | nobody listens | down; stale once it has refused for 10 min or the host booted after the file was written | refused, left-behind |
 * | 404 of the proxy, which knows no such hub | down | not-yet |
 * | 502-504 of the proxy: its hub is gone | down | status |
 * | any other 5xx: the hub itself is ill | degraded | status |
 * | no answer within 2 s | degraded, after 30 s down | no-answer |
 * | a certificate that is not trusted | degraded | tls |
 * | a redirect, another page, endless bytes | unknown | redirect, not-a-hub, too-much |
 * | an address that may not be asked | unknown | not-probed |
 *
 * A hub that was up stays so for one look that says otherwise: a busy one misses a look now and then.
 */
export function nextHealth(before: HubHealth, probe: Probe, at: Circumstances): HubHealth {
  if (probe.outcome === 'answers') return afterAnswer(before, probe, at.now);
  const failing: HubHealth = {
    ...before,
    latencyMs: null,
    doubts: before.doubts + 1,
    failingSince: before.failingSince ?? at.now,
  };
  if (before.state === 'up' && failing.doubts < DOUBTS_UNTIL_BELIEVED) {
    return { ...failing, latencyMs: before.latencyMs };
  }
  const [state, why] = verdict(failing, probe.outcome, at);
  return moved(failing, state, why, at.now);
}

function afterAnswer(
  before: HubHealth,
  probe: Extract<Probe, { outcome: 'answers' }>,
  now: number,
): HubHealth {
  const slow = probe.latencyMs > SLOW_MS;
  const health: HubHealth = {
    ...before,
    version: probe.version,
    latencyMs: probe.latencyMs,
    doubts: slow ? before.doubts + 1 : 0,
    failingSince: null,
    lastUpAt: now,
  };
  if (!slow) return moved(health, 'up', 'answers', now);
  const doubted = before.state === 'up' && health.doubts < DOUBTS_UNTIL_BELIEVED;
  return doubted ? health : moved(health, 'degraded', 'slow', now);
}

function verdict(
  health: HubHealth,
  outcome: Exclude<Probe['outcome'], 'answers'>,
  at: Circumstances,
): readonly [HubState, HubWhy] {
  const young =
    at.now - at.registeredAt < STARTING_MS && (health.lastUpAt === null || health.lastUpAt < at.registeredAt);
  switch (outcome) {
    case 'refused':
      if (young) return ['starting', 'refused'];
      return isLeftBehind(health, at) ? ['stale', 'left-behind'] : ['down', 'refused'];
    case 'not-yet':
      return [young ? 'starting' : 'down', 'not-yet'];
    case 'gone':
      return [young ? 'starting' : 'down', 'status'];
    case 'no-answer':
      if (young) return ['starting', 'no-answer'];
      return [
        at.now - (health.failingSince ?? at.now) < HUNG_UNTIL_DOWN_MS ? 'degraded' : 'down',
        'no-answer',
      ];
    case 'status':
    case 'tls':
      return ['degraded', outcome];
    case 'redirect':
    case 'not-a-hub':
    case 'too-much':
    case 'not-probed':
      return ['unknown', outcome];
  }
}

/** Nobody is there any more, and nobody has written the file since: its unit could not remove it. */
function isLeftBehind(health: HubHealth, at: Circumstances): boolean {
  const since = health.failingSince ?? at.now;
  if (at.bootedAt !== null && at.registeredAt < at.bootedAt) return true;
  return at.now - since >= STALE_MS && at.registeredAt <= since;
}

function moved(health: HubHealth, state: HubState, why: HubWhy, now: number): HubHealth {
  return health.state === state ? { ...health, why } : { ...health, state, why, since: now };
}
