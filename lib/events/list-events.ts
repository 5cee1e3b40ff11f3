import type { Ctx } from '../ctx';
import { listEventRows, type EventRow } from '../db/events';
import { requirePermission } from '../identity/authorise';
import { stringList } from '../requests/approved-content';
import type { EVENT_PHASES, EventState } from './event-state';
import { eventState, organisesAll, requireSignedIn } from './load-event';

export type EventItem = {
  id: string;
  name: string;
  /** Where it stands in its life; `phase` adds what the dates say. */
  state: EventState;
  phase: (typeof EVENT_PHASES)[number];
  version: number;
  organiser: string;
  startsAt: string;
  endsAt: string;
  seats: number;
  quota: number;
  hubs: string[];
  reason: string | null;
};

/** Events that this person organises: operators organise all. @throws {HubgateError} `auth.required` */
export async function listOrganisedEvents(ctx: Ctx): Promise<{ items: EventItem[] }> {
  requireSignedIn(ctx);
  const { actor } = ctx;
  if (organisesAll(ctx)) return items(ctx, await listEventRows(ctx.db, null));
  return actor.kind === 'person' ? items(ctx, await listEventRows(ctx.db, actor.userId)) : { items: [] };
}

/** Every event, for approvers and auditors. @throws {HubgateError} `auth.*` */
export async function listEvents(ctx: Ctx): Promise<{ items: EventItem[] }> {
  requirePermission(ctx, 'events.read');
  return items(ctx, await listEventRows(ctx.db, null));
}

function items(
  ctx: Pick<Ctx, 'now'>,
  rows: Awaited<ReturnType<typeof listEventRows>>,
): { items: EventItem[] } {
  return { items: rows.map((row) => eventItem(ctx, row, row._count.participants)) };
}

export function eventItem(ctx: Pick<Ctx, 'now'>, row: EventRow, seats: number): EventItem {
  return {
    id: row.id,
    name: row.name,
    state: eventState(row),
    phase: phaseOf(row, ctx.now()),
    version: row.version,
    organiser: row.organiser,
    startsAt: row.startsAt.toISOString(),
    endsAt: row.endsAt.toISOString(),
    seats,
    quota: row.quota,
    hubs: stringList(row.hubs),
    reason: row.reason,
  };
}

/** What its state and its dates say together. */
export function phaseOf(row: EventRow, now: Date): EventItem['phase'] {
  const state = eventState(row);
  if (state === 'APPROVED') return now < row.startsAt ? 'coming' : now < row.endsAt ? 'running' : 'over';
  return ({ DRAFT: 'draft', WAITING: 'waiting', REJECTED: 'rejected', CLOSED: 'closed' } as const)[state];
}
