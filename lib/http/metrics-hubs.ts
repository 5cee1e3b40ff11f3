import { Gauge, type Registry } from 'prom-client';

import type { Ctx } from '../ctx';
import { HUB_STATES } from '../hubs/hub-state';
import { currentHubs } from '../hubs/list-hubs';

export type HubGauges = {
  byState: Gauge<'state'>;
  problems: Gauge;
  up: Gauge<'hub'>;
  state: Gauge<'hub' | 'state' | 'why'>;
  since: Gauge<'hub'>;
  latency: Gauge<'hub'>;
  info: Gauge<'hub' | 'version'>;
};

/** The series of hubs: altogether, and for each by its name. */
export function makeHubGauges(registers: Registry[]): HubGauges {
  const gauge = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Gauge<L>({ name: `hubgate_${name}`, help, labelNames, registers });
  return {
    byState: gauge('hubs', 'Registered hubs by state', ['state']),
    problems: gauge('hub_registration_problems', 'Problems in registration files', []),
    up: gauge('hub_up', '1 while the hub answers its health check', ['hub']),
    state: gauge('hub_state', '1 for the state that the hub is in', ['hub', 'state', 'why']),
    since: gauge('hub_state_since_seconds', 'Since when it is in that state, Unix time', ['hub']),
    latency: gauge('hub_latency_seconds', 'How long its last answer took', ['hub']),
    info: gauge('hub_info', '1, with the version of JupyterHub', ['hub', 'version']),
  };
}

/** Sets them from the index. A hub that is registered no more leaves no line behind. */
export async function setHubs(ctx: Pick<Ctx, 'config' | 'paths' | 'now'>, gauges: HubGauges): Promise<void> {
  const { hubs, problems } = await currentHubs(ctx);
  for (const one of [gauges.up, gauges.state, gauges.since, gauges.latency, gauges.info]) one.reset();
  for (const state of HUB_STATES) {
    gauges.byState.set({ state }, hubs.filter(({ health }) => health.state === state).length);
  }
  gauges.problems.set(problems.length);
  for (const { name: hub, health } of hubs) {
    const { state, why, since, latencyMs, version } = health;
    gauges.up.set({ hub }, state === 'up' || why === 'slow' ? 1 : 0);
    gauges.state.set({ hub, state, why }, 1);
    gauges.since.set({ hub }, Math.floor(since / 1000));
    if (latencyMs !== null) gauges.latency.set({ hub }, latencyMs / 1000);
    if (version !== null) gauges.info.set({ hub, version }, 1);
  }
}
