import { z } from 'zod';

import type { Ctx } from '../ctx';
import { hubDays, newestOutages } from '../db/hub-history';
import { HUB_STATES, HUB_WHYS } from './hub-state';

/** Days of history that are kept and shown, today among them. */
export const HISTORY_DAYS = 90;
const DAY_MS = 86_400_000;

const seconds = z.int().min(0).max(90_000);

/** One UTC day: how many seconds a hub spent in each state. What nobody watched counts nowhere. */
export const HubHistoryDay = z.strictObject({
  date: z.iso.date(),
  seconds: z.strictObject({
    up: seconds,
    starting: seconds,
    degraded: seconds,
    down: seconds,
    stale: seconds,
    unknown: seconds,
  }),
});
export type Day = z.infer<typeof HubHistoryDay>;

/** A time in which a registered hub did not serve: from its first sign to its end; no end while it lasts. */
export const HubOutage = z.strictObject({
  id: z.string(),
  hub: z.string(),
  from: z.iso.datetime(),
  to: z.iso.datetime().optional(),
  /** The worst of it. */
  state: z.enum(HUB_STATES),
  why: z.enum(HUB_WHYS),
});
export type HubOutage = z.infer<typeof HubOutage>;

/** A UTC date, YYYY-MM-DD. */
export function utcDay(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}

/** The first of the days that are kept. */
export function firstDay(now: number): string {
  return utcDay(now - (HISTORY_DAYS - 1) * DAY_MS);
}

/**
 * The last 90 days of hubs, by name, oldest first, today among them. Days without any record are
 * absent, and so are hubs without one. Who may see it is the caller's to decide (`requireHubSight`).
 *
 * @param input.hubs names; all hubs without it
 */
export async function hubHistory(
  ctx: Pick<Ctx, 'db' | 'now'>,
  input: { hubs?: readonly string[] } = {},
): Promise<Map<string, Day[]>> {
  const since = firstDay(ctx.now().getTime());
  const days = new Map<string, Day[]>();
  for (const row of await hubDays(ctx.db, { since, ...input })) {
    const day = { date: row.day, seconds: row.seconds };
    const known = days.get(row.hub);
    if (known === undefined) days.set(row.hub, [day]);
    else known.push(day);
  }
  return days;
}

/** Outages of the last 90 days, newest first. @param input.hubs names; all hubs without it */
export async function listOutages(
  ctx: Pick<Ctx, 'db'>,
  input: { limit: number; hubs?: readonly string[] },
): Promise<HubOutage[]> {
  const rows = await newestOutages(ctx.db, input);
  return rows.map(({ id, hub, from, to, state, why }) => ({
    id,
    hub,
    from: from.toISOString(),
    ...(to === null ? {} : { to: to.toISOString() }),
    state,
    why,
  }));
}
