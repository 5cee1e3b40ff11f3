import { z } from 'zod';

import type { Ctx } from '../ctx';
import { noSuchHub } from './hub-badge';
import { hubHistory, HubHistoryDay, HubOutage, listOutages, type Day } from './hub-history';
import { currentHubs, requireHubSight, type HubVisitor } from './list-hubs';

/** Outages that one answer names: more than a strip of 90 days can show. */
const OUTAGES = 200;

export const HubHistory = z.strictObject({
  name: z.string(),
  /** Share of the time that it was watched in which it was up, from 0 to 1; absent without any record. */
  availability: z.number().min(0).max(1).optional(),
  days: z.array(HubHistoryDay),
  outages: z.array(HubOutage),
});
export type HubHistory = z.infer<typeof HubHistory>;

/**
 * The last 90 days of one hub: of one that is registered, or that was.
 *
 * @throws {HubgateError} as `requireHubSight`; `hub.not-found`
 */
export async function viewHubHistory(
  ctx: Pick<Ctx, 'actor' | 'config' | 'paths' | 'db' | 'now'>,
  input: { visitor: HubVisitor; name: string },
): Promise<HubHistory> {
  requireHubSight(ctx, input.visitor);
  const { name } = input;
  const [days, outages] = await Promise.all([
    hubHistory(ctx, { hubs: [name] }).then((history) => history.get(name)),
    listOutages(ctx, { limit: OUTAGES, hubs: [name] }),
  ]);
  if (days === undefined && outages.length === 0) {
    const { hubs } = await currentHubs(ctx);
    if (!hubs.some((hub) => hub.name === name)) throw noSuchHub(name);
  }
  const share = availabilityOf(days ?? []);
  return { name, ...(share === null ? {} : { availability: share }), days: days ?? [], outages };
}

/** The share of watched time in which a hub was up; starting and unknown count neither way. Null without any. */
export function availabilityOf(days: readonly Day[]): number | null {
  let up = 0;
  let watched = 0;
  for (const { seconds } of days) {
    up += seconds.up;
    watched += seconds.up + seconds.degraded + seconds.down + seconds.stale;
  }
  return watched === 0 ? null : Math.round((up / watched) * 1e6) / 1e6;
}
