import type { Ctx } from '../ctx';
import { eventsWithCertificates } from '../db/events';

/**
 * Names that belong to an event, each with the events that run now and have it. Who has such a name
 * enters only hubs whose list names one of these events; with none, no hub.
 */
export type EventGuests = ReadonlyMap<string, readonly string[]>;

/**
 * Certificates end with the event, but a front asks that at the handshake only: on a connection that is
 * still open, and by a clock that is slow, the name is looked at this much longer.
 */
const AFTER_MS = 24 * 3_600_000;

/**
 * The names of every event that is approved, also before it begins and a day after its end, and of a
 * closed one those whose certificates may not be revoked yet.
 *
 * @param input.name asks for one name alone
 */
export async function eventGuests(
  ctx: Pick<Ctx, 'db' | 'now'>,
  input: { name?: string | undefined } = {},
): Promise<EventGuests> {
  const now = ctx.now();
  const guests = new Map<string, string[]>();
  const since = new Date(now.getTime() - AFTER_MS);
  for (const { id, state, startsAt, endsAt, participants } of await eventsWithCertificates(ctx.db, {
    since,
    name: input.name,
  })) {
    const running = state === 'APPROVED' && startsAt <= now && now < endsAt;
    for (const { commonName } of participants) {
      const events = guests.get(commonName) ?? [];
      if (running) events.push(id);
      guests.set(commonName, events);
    }
  }
  return guests;
}
