import { randomUUID } from 'node:crypto';

import { recordAudit } from '../audit/record-audit';
import { actorName, type Ctx } from '../ctx';
import type { Tx } from '../db/client';
import { changeEvent, insertEvent, replaceParticipants, type EventRow } from '../db/events';
import { inTransaction } from '../db/in-transaction';
import { findUserByLogin } from '../db/users';
import { HubgateError } from '../errors';
import { checkHubName } from '../hubs/hub-name';
import { actorId, requirePermission } from '../identity/authorise';
import { newRequestId } from '../requests/request-id';
import { EVENT_MAX_AHEAD_DAYS, EVENT_MAX_CERTIFICATES, EVENT_MAX_DAYS, EVENT_MAX_NAMES } from '../wire/event';
import { checkPrintable } from '../x509/subject-policy';
import { eventNames, heldNames } from './event-names';
import { mailEventWaiting } from './event-mails';
import { settled } from './hand-over';
import { eventMoved, loadOrganised, nextEventState } from './load-event';
import { readCsv, type ListedPerson } from './read-csv';

export type EventPlan = {
  name: string;
  startsAt: Date;
  /** The last certificate ends now. */
  endsAt: Date;
  hubs: readonly string[];
  /** Seats without names, or a CSV as it came. */
  people: { seats: number } | { csv: Uint8Array };
  /** Certificates beyond one for each seat: for keys that get lost. */
  spare: number;
  /** Only for a new one, by an operator: who organises it beside them. */
  organiser?: string | undefined;
};

const DAY_MS = 86_400_000;
const NAME_MAX = 80;
const HUBS_MAX = 64;
/** Of one event. */
export const SEATS_MAX = EVENT_MAX_NAMES;

/**
 * Plans an event, or plans one anew that nobody approved: its list of names is made, and an approver
 * has to decide. Approvals given to an earlier plan are void.
 *
 * @param input.id absent: a new one, for operators; else for its organiser
 * @throws {HubgateError} `auth.*`, `event.not-found`, `event.state`, `event.dates`, `event.seats`,
 *   `event.csv`, `event.names`, `event.hubs`, `event.organiser`, `http.invalid`
 */
export async function planEvent(
  ctx: Ctx,
  input: EventPlan & { id?: string | undefined },
): Promise<{ id: string }> {
  const before = input.id === undefined ? null : await loadPlannable(ctx, input.id);
  if (before === null) requirePermission(ctx, 'events.manage');
  const id = before?.id ?? newEventId();
  const name = checkPrintable(input.name, 'name', { maxLength: NAME_MAX });
  const dates = readDates(ctx, input);
  const hubs = readHubs(input.hubs);
  const people = readPeople(input.people);
  const quota = readQuota(people.length, input.spare);
  const organiser = before ?? (await readOrganiser(ctx, input.organiser));
  const accounts = people.map(({ account }) => account);
  const names = await eventNames(ctx, { event: id, title: name, accounts });
  await inTransaction(ctx.db, async (tx) => {
    // Again, now that nobody else can take one.
    if ((await heldNames(tx, names, id)).length > 0) throw eventMoved('changed', 'plan');
    const now = ctx.now();
    const row = {
      name,
      ...dates,
      quota,
      hubs: JSON.stringify(hubs),
      state: 'WAITING',
      digest: null,
      reason: null,
      decidedBy: null,
      decidedAt: null,
      createdBy: actorId(ctx.actor),
      updatedAt: now,
    };
    if (before === null) {
      const { organiserId, organiser: login } = organiser;
      await insertEvent(tx, { ...row, id, organiserId, organiser: login, createdAt: now });
    } else if (!(await changeEvent(tx, before, { ...row, version: before.version + 1 })))
      throw eventMoved(before.state, 'plan');
    await storePeople(tx, id, people, names);
    await recordAudit(ctx, tx, {
      action: 'event.plan',
      target: id,
      data: { name, seats: people.length, quota, hubs, ...isoDates(dates), organiser: organiser.organiser },
    });
    await mailEventWaiting(ctx, tx, { id, name, seats: people.length });
  });
  return { id };
}

/**
 * An operator names who organises an event; that person plans it.
 *
 * @throws {HubgateError} `auth.*`, `event.organiser`, `http.invalid`
 */
export async function nameOrganiser(
  ctx: Ctx,
  input: { name: string; organiser: string },
): Promise<{ id: string }> {
  requirePermission(ctx, 'events.manage');
  const name = checkPrintable(input.name, 'name', { maxLength: NAME_MAX });
  const { organiserId, organiser } = await readOrganiser(ctx, input.organiser);
  if (organiserId === null) throw noOrganiser(input.organiser);
  const id = newEventId();
  const now = ctx.now();
  await inTransaction(ctx.db, async (tx) => {
    await insertEvent(tx, {
      id,
      name,
      state: 'DRAFT',
      startsAt: now,
      endsAt: now,
      quota: 0,
      organiserId,
      organiser,
      createdBy: actorId(ctx.actor),
      createdAt: now,
      updatedAt: now,
    });
    await recordAudit(ctx, tx, { action: 'event.name-organiser', target: id, data: { name, organiser } });
  });
  return { id };
}

/** Never one that the signer may be about to keep. @throws {HubgateError} as planEvent() */
async function loadPlannable(ctx: Ctx, id: string): Promise<EventRow> {
  const row = await settled(ctx, await loadOrganised(ctx, id), 'plan');
  nextEventState(row, 'plan');
  return row;
}

/** As for requests, with another letter. */
function newEventId(): string {
  return `E-${newRequestId().slice(2)}`;
}

function readDates(ctx: Pick<Ctx, 'now'>, { startsAt, endsAt }: Pick<EventPlan, 'startsAt' | 'endsAt'>) {
  const days = (endsAt.getTime() - startsAt.getTime()) / DAY_MS;
  if (!(days > 0) || days > EVENT_MAX_DAYS || endsAt <= ctx.now()) {
    const reason = endsAt <= ctx.now() ? 'past' : days > EVENT_MAX_DAYS ? 'long' : 'order';
    throw new HubgateError(
      'event.dates',
      `An event begins before it ends, ends in the future and lasts ${EVENT_MAX_DAYS} days at most.`,
      { field: 'endsAt', params: { reason, limit: EVENT_MAX_DAYS } },
    );
  }
  if (startsAt.getTime() > ctx.now().getTime() + EVENT_MAX_AHEAD_DAYS * DAY_MS) {
    throw new HubgateError(
      'event.dates',
      `An event is planned at most ${EVENT_MAX_AHEAD_DAYS} days before it begins.`,
      { field: 'startsAt', params: { reason: 'far', limit: EVENT_MAX_AHEAD_DAYS } },
    );
  }
  return { startsAt, endsAt };
}

function readHubs(hubs: readonly string[]): string[] {
  const routes = [...new Set(hubs)].sort();
  if (routes.length > HUBS_MAX) {
    throw new HubgateError('event.hubs', `An event opens at most ${HUBS_MAX} hubs.`, { field: 'hubs' });
  }
  return routes.map((route) => {
    try {
      return checkHubName(route);
    } catch (cause) {
      throw new HubgateError('event.hubs', `"${route.slice(0, 64)}" is not a hub's name at the gate.`, {
        field: 'hubs',
        cause,
      });
    }
  });
}

function readPeople(people: EventPlan['people']): ListedPerson[] {
  if ('csv' in people) return readCsv(people.csv);
  const { seats } = people;
  if (!Number.isSafeInteger(seats) || seats < 1 || seats > SEATS_MAX) throw wrongSeats();
  return Array.from({ length: seats }, () => ({ name: null, email: null, account: null }));
}

function readQuota(seats: number, spare: number): number {
  if (!Number.isSafeInteger(spare) || spare < 0 || seats + spare > EVENT_MAX_CERTIFICATES) throw wrongSeats();
  return seats + spare;
}

function wrongSeats(): HubgateError {
  return new HubgateError(
    'event.seats',
    `An event has 1 to ${SEATS_MAX} seats and at most ${EVENT_MAX_CERTIFICATES} certificates.`,
    { field: 'seats', params: { limit: SEATS_MAX } },
  );
}

async function readOrganiser(
  ctx: Ctx,
  login: string | undefined,
): Promise<Pick<EventRow, 'organiserId' | 'organiser'>> {
  const named = login?.trim() ?? '';
  if (named === '') {
    const { actor } = ctx;
    return { organiserId: actor.kind === 'person' ? actor.userId : null, organiser: actorName(actor) };
  }
  const user = await findUserByLogin(ctx.db, named);
  if (user === null || user.disabledAt !== null) throw noOrganiser(named);
  return { organiserId: user.id, organiser: user.login };
}

function noOrganiser(login: string): HubgateError {
  return new HubgateError(
    'event.organiser',
    `Nobody with the login "${login.slice(0, 64)}" may sign in here.`,
    {
      field: 'organiser',
    },
  );
}

function storePeople(tx: Tx, eventId: string, people: readonly ListedPerson[], names: readonly string[]) {
  return replaceParticipants(
    tx,
    eventId,
    people.map(({ name, email }, at) => ({
      id: randomUUID(),
      eventId,
      number: at + 1,
      commonName: names[at] ?? '',
      name,
      email,
    })),
  );
}

const isoDates = (dates: { startsAt: Date; endsAt: Date }) => ({
  startsAt: dates.startsAt.toISOString(),
  endsAt: dates.endsAt.toISOString(),
});
