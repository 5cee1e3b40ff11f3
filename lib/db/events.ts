import type { Queries, Tx } from './client';
import type { EventApproval, Participant, Prisma, TrainingEvent } from './generated/sqlite/client';
import { insertRows } from './rows';

export type EventRow = TrainingEvent;
export type ParticipantRow = Participant;
export type EventApprovalRow = EventApproval;
export type NewParticipant = Pick<Participant, 'id' | 'eventId' | 'number' | 'commonName' | 'name' | 'email'>;

/** What became of the request of a participant, and of its certificate. */
type Outcome = {
  state: string | null;
  serial: string | null;
  /** Its owner had it. */
  fetchedAt: Date | null;
  /** The gate accepted it. */
  seenAt: Date | null;
};
export type Progress = ParticipantRow & Outcome;

const NO_REQUEST: Outcome = { state: null, serial: null, fetchedAt: null, seenAt: null };

/** Values of one IN list: below what either database takes. */
const LIST_MAX = 1000;
const LIST_EVENTS_MAX = 200;

export async function findEvent(db: Queries, id: string): Promise<EventRow | null> {
  return db.prisma.trainingEvent.findUnique({ where: { id } });
}

/** Newest first; all of them, or those that a person organises. */
export async function listEventRows(
  db: Queries,
  organiserId: string | null,
): Promise<(EventRow & { _count: { participants: number } })[]> {
  return db.prisma.trainingEvent.findMany({
    where: organiserId === null ? {} : { organiserId },
    include: { _count: { select: { participants: true } } },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: LIST_EVENTS_MAX,
  });
}

export async function insertEvent(tx: Tx, row: Prisma.TrainingEventUncheckedCreateInput): Promise<void> {
  await tx.prisma.trainingEvent.create({ data: row });
}

/**
 * Changes an event that is still in this state and version, with what the signer was asked about it;
 * false when somebody else was faster.
 *
 * @param since the last change that may have been made, where none after it may be lost
 */
export async function changeEvent(
  tx: Tx,
  from: Pick<EventRow, 'id' | 'state' | 'version' | 'digest'>,
  change: Prisma.TrainingEventUncheckedUpdateManyInput,
  since?: Date,
): Promise<boolean> {
  const { id, state, version, digest } = from;
  const where = { id, state, version, digest, ...(since === undefined ? {} : { updatedAt: since }) };
  const { count } = await tx.prisma.trainingEvent.updateMany({ where, data: change });
  return count === 1;
}

/** Puts this list in the place of the one before; only for events of which nobody was invited. */
export async function replaceParticipants(
  tx: Tx,
  eventId: string,
  rows: readonly NewParticipant[],
): Promise<void> {
  await tx.prisma.participant.deleteMany({ where: { eventId } });
  await insertRows(tx, 'Participant', ['id', 'eventId', 'number', 'commonName', 'name', 'email'], rows);
}

export async function participantsOf(db: Queries, eventId: string): Promise<ParticipantRow[]> {
  return db.prisma.participant.findMany({ where: { eventId }, orderBy: { number: 'asc' } });
}

/** Every participant with the state of their latest request. */
export async function progressOf(db: Queries, eventId: string): Promise<Progress[]> {
  const participants = await participantsOf(db, eventId);
  const ids = participants.flatMap(({ requestId }) => requestId ?? []);
  const outcomes = new Map<string, Outcome>();
  for (const some of inLists(ids)) {
    const rows = await db.prisma.request.findMany({
      where: { id: { in: some } },
      select: {
        id: true,
        state: true,
        serial: true,
        certificate: { select: { fetchedAt: true, seenAt: true } },
      },
    });
    for (const { id, state, serial, certificate } of rows) {
      const { fetchedAt = null, seenAt = null } = certificate ?? {};
      outcomes.set(id, { state, serial, fetchedAt, seenAt });
    }
  }
  return participants.map((one) => ({
    ...one,
    ...(outcomes.get(one.requestId ?? '') ?? NO_REQUEST),
  }));
}

export async function participantByLink(
  db: Queries,
  linkHash: string,
): Promise<(ParticipantRow & { event: EventRow }) | null> {
  return db.prisma.participant.findUnique({ where: { linkHash }, include: { event: true } });
}

export async function findParticipant(
  db: Queries,
  id: string,
): Promise<(ParticipantRow & { event: EventRow }) | null> {
  return db.prisma.participant.findUnique({ where: { id }, include: { event: true } });
}

export async function changeParticipant(
  db: Queries,
  id: string,
  change: Prisma.ParticipantUncheckedUpdateManyInput,
): Promise<void> {
  await db.prisma.participant.updateMany({ where: { id }, data: change });
}

/** Uses a link up; false when it was used, or replaced, before. */
export async function useLink(
  tx: Tx,
  input: { id: string; linkHash: string; requestId: string; at: Date },
): Promise<boolean> {
  const { id, linkHash, requestId, at } = input;
  const { count } = await tx.prisma.participant.updateMany({
    where: { id, linkHash, usedAt: null },
    data: { usedAt: at, requestId },
  });
  return count === 1;
}

/** Ids of all requests that came by invitations of this event. */
export async function requestsOfEvent(db: Queries, eventId: string): Promise<string[]> {
  return (await requestStatesOf(db, eventId)).map(({ id }) => id);
}

export async function requestStatesOf(
  db: Queries,
  eventId: string,
): Promise<{ id: string; state: string }[]> {
  const participants = await db.prisma.participant.findMany({ where: { eventId }, select: { id: true } });
  const found: { id: string; state: string }[] = [];
  for (const some of inLists(participants.map(({ id }) => id))) {
    found.push(
      ...(await db.prisma.request.findMany({
        where: { participantId: { in: some } },
        select: { id: true, state: true },
      })),
    );
  }
  return found;
}

/** Events that are waiting or approved and have one of these names; `except`: not this one. */
export async function eventsWithNames(
  db: Queries,
  names: readonly string[],
  except: string | null,
): Promise<{ eventId: string; commonName: string }[]> {
  const found: { eventId: string; commonName: string }[] = [];
  for (const some of inLists(names)) {
    found.push(
      ...(await db.prisma.participant.findMany({
        where: {
          commonName: { in: some },
          event: {
            state: { in: ['WAITING', 'APPROVED'] },
            ...(except === null ? {} : { id: { not: except } }),
          },
        },
        select: { eventId: true, commonName: true },
      })),
    );
  }
  return found;
}

/** Of these names, those that a person's certificate or approved request has, of another event or none. */
export async function namesInUse(
  db: Queries,
  names: readonly string[],
  except: string | null,
): Promise<Set<string>> {
  const own = new Set(except === null ? [] : (await participantsOf(db, except)).map(({ id }) => id));
  const used = new Set<string>();
  for (const some of inLists(names)) {
    const certificates = await db.prisma.certificate.findMany({
      where: { commonName: { in: some }, profile: 'user' },
      select: { commonName: true, request: { select: { participantId: true } } },
    });
    const requests = await db.prisma.request.findMany({
      where: { commonName: { in: some }, profile: 'user', state: { in: ['APPROVED', 'SIGNING'] } },
      select: { commonName: true, participantId: true },
    });
    for (const { commonName, participantId } of [
      ...certificates.map((one) => ({
        commonName: one.commonName,
        participantId: one.request?.participantId ?? null,
      })),
      ...requests,
    ]) {
      if (participantId === null || !own.has(participantId)) used.add(commonName);
    }
  }
  return used;
}

/**
 * Events that end after `since` and whose names a certificate may have: of approved ones all names, of
 * closed ones those by which a request came.
 *
 * @param input.name of nobody else
 */
export async function eventsWithCertificates(
  db: Queries,
  input: { since: Date; name?: string | undefined },
): Promise<
  (Pick<EventRow, 'id' | 'state' | 'startsAt' | 'endsAt'> & { participants: { commonName: string }[] })[]
> {
  const named = input.name === undefined ? {} : { commonName: input.name };
  const ends = { endsAt: { gt: input.since } };
  const select = { id: true, state: true, startsAt: true, endsAt: true };
  const [approved, closed] = await Promise.all([
    db.prisma.trainingEvent.findMany({
      where: { state: 'APPROVED', ...ends, participants: { some: named } },
      select: { ...select, participants: { where: named, select: { commonName: true } } },
    }),
    db.prisma.trainingEvent.findMany({
      where: { state: 'CLOSED', ...ends, participants: { some: { ...named, requestId: { not: null } } } },
      select: {
        ...select,
        participants: { where: { ...named, requestId: { not: null } }, select: { commonName: true } },
      },
    }),
  ]);
  return [...approved, ...closed];
}

/** Of these ids, the events that there are. */
export async function eventsByIds(
  db: Queries,
  ids: readonly string[],
): Promise<(EventRow & { participants: { commonName: string }[] })[]> {
  if (ids.length === 0) return [];
  return db.prisma.trainingEvent.findMany({
    where: { id: { in: [...ids] } },
    include: { participants: { select: { commonName: true }, orderBy: { number: 'asc' } } },
  });
}

/** A person's approval of this version, in the place of one that they gave before. */
export async function replaceEventApproval(
  tx: Tx,
  row: Prisma.EventApprovalUncheckedCreateInput,
): Promise<void> {
  const { eventId, version, approverId } = row;
  await tx.prisma.eventApproval.deleteMany({ where: { eventId, version, approverId } });
  await tx.prisma.eventApproval.create({ data: row });
}

/** Of its present version, oldest first. */
export async function eventApprovalsOf(
  db: Queries,
  { id, version }: Pick<EventRow, 'id' | 'version'>,
): Promise<EventApprovalRow[]> {
  return db.prisma.eventApproval.findMany({
    where: { eventId: id, version },
    orderBy: { createdAt: 'asc' },
  });
}

function* inLists<T>(values: readonly T[]): Generator<T[]> {
  for (let at = 0; at < values.length; at += LIST_MAX) yield values.slice(at, at + LIST_MAX);
}
