import type { Ctx } from '../ctx';
import type { Queries } from '../db/client';
import { findEvent, type EventRow } from '../db/events';
import { HubgateError } from '../errors';
import { requirePermission } from '../identity/authorise';
import { allows } from '../identity/role-table';
import { isAmong } from '../identity/same-person';
import { EVENT_TRANSITIONS, type EventAction, type EventState } from './event-state';

/**
 * The event, for who may organise it: operators, and the person who was named for this one.
 *
 * @throws {HubgateError} `auth.required` for a stranger, `event.not-found` for everybody else: nobody
 *   learns which events there are
 */
export async function loadOrganised(ctx: Ctx, id: string, db: Queries = ctx.db): Promise<EventRow> {
  requireSignedIn(ctx);
  const row = await findEvent(db, id);
  if (row === null || !organises(ctx, row)) throw eventNotFound();
  return row;
}

/** The event, for approvers and whoever else decides or watches. @throws {HubgateError} `auth.*`, `event.not-found` */
export async function loadForDecision(ctx: Ctx, id: string, db: Queries = ctx.db): Promise<EventRow> {
  requirePermission(ctx, 'events.read');
  const row = await findEvent(db, id);
  if (row === null) throw eventNotFound();
  return row;
}

/** @throws {HubgateError} `auth.required` for whoever cannot be a person, a program of one, or the host */
export function requireSignedIn({ actor }: Pick<Ctx, 'actor'>): void {
  if (actor.kind === 'person' || actor.kind === 'token' || actor.kind === 'host' || actor.kind === 'system')
    return;
  throw new HubgateError('auth.required', 'Sign in first.');
}

/** Operators, commands on the host and the portal itself organise every event. */
export function organisesAll({ actor }: Pick<Ctx, 'actor'>): boolean {
  if (actor.kind === 'host' || actor.kind === 'system') return true;
  return (actor.kind === 'person' || actor.kind === 'token') && allows(actor.roles, 'events.manage');
}

function organises(ctx: Pick<Ctx, 'actor'>, row: Pick<EventRow, 'organiserId'>): boolean {
  if (organisesAll(ctx)) return true;
  // Not by a token: it has roles, and this is none.
  return ctx.actor.kind === 'person' && row.organiserId === ctx.actor.userId;
}

/** True for the event of the very person who acts: who organises it, or who planned it. */
export async function isOwnEvent(
  ctx: Pick<Ctx, 'actor'>,
  db: Queries,
  row: Pick<EventRow, 'organiserId' | 'createdBy'>,
): Promise<boolean> {
  if (ctx.actor.kind === 'host' || ctx.actor.kind === 'system') return false;
  return isAmong(db, ctx.actor, [row.createdBy, `user:${row.organiserId ?? ''}`]);
}

export function eventState(row: Pick<EventRow, 'state'>): EventState {
  if (!(row.state in EVENT_TRANSITIONS)) throw new TypeError(`unknown event state ${row.state}`);
  return row.state as EventState;
}

/** Where an action leads. @throws {HubgateError} `event.state` when the table forbids it */
export function nextEventState(row: Pick<EventRow, 'state'>, action: EventAction): EventState {
  const to = EVENT_TRANSITIONS[eventState(row)][action];
  if (to !== undefined) return to;
  throw eventMoved(row.state, action);
}

export function eventMoved(state: string, action: string): HubgateError {
  return new HubgateError(
    'event.state',
    `This event is ${state}: "${action}" is not possible, or somebody was faster. Load it again.`,
    { params: { state, action } },
  );
}

export function eventNotFound(): HubgateError {
  return new HubgateError('event.not-found', 'There is no such event, or it is not yours to see.', {
    field: 'id',
  });
}
