import type { Ctx } from '../ctx';
import type { Queries } from '../db/client';
import {
  changeParticipant,
  findParticipant,
  participantByLink,
  requestStatesOf,
  type EventRow,
  type ParticipantRow,
} from '../db/events';
import { HubgateError } from '../errors';
import { hashSecret } from '../requests/request-id';
import { readInvitationCode } from './invitation-code';

export type Invitation = ParticipantRow & { event: EventRow };

/** What a participant sees of their place. */
export type InvitationView = {
  participantId: string;
  event: string;
  organiser: string;
  commonName: string;
  name: string | null;
  startsAt: string;
  endsAt: string;
  /** The request that came by the link, once it was used. */
  requestId: string | null;
};

/** Requests that no longer lead to a certificate leave room for others. */
const GONE = new Set(['WITHDRAWN', 'REJECTED', 'EXPIRED']);

/**
 * Somebody opens their invitation. That uses nothing up: the certificate does.
 *
 * @returns the place that it stands for, and what this browser remembers it by
 * @throws {HubgateError} `invitation.unknown`, `invitation.used`, `invitation.ended`
 */
export async function openInvitation(
  ctx: Ctx,
  input: { secret: string },
): Promise<{ view: InvitationView; linkHash: string }> {
  const found = await findInvitation(ctx.db, input.secret);
  requireRunning(ctx, found);
  if (found.usedAt !== null) throw used();
  if (found.openedAt === null) await changeParticipant(ctx.db, found.id, { openedAt: ctx.now() });
  return { view: viewOf(found), linkHash: found.linkHash ?? '' };
}

/**
 * The same place for the browser that opened it, after the link was used too.
 *
 * @param input.linkHash as openInvitation() gave it: a link that was replaced opens nothing any more
 * @param input.trusted whether the root was seen to be trusted in this browser
 * @throws {HubgateError} `invitation.unknown`, `invitation.ended`
 */
export async function viewInvitation(
  ctx: Ctx,
  input: { participantId: string; linkHash: string; trusted: boolean },
): Promise<InvitationView> {
  const found = await findParticipant(ctx.db, input.participantId);
  if (found === null || found.linkHash !== input.linkHash) throw unknown();
  requireRunning(ctx, found);
  if (input.trusted && found.trustedAt === null) {
    await changeParticipant(ctx.db, found.id, { trustedAt: ctx.now() });
  }
  return viewOf(found);
}

/** Whether somebody comes by a link that can still be used: what is typed at random is none. */
export async function holdsInvitation(ctx: Pick<Ctx, 'db'>, input: { secret: string }): Promise<boolean> {
  const code = readInvitationCode(input.secret);
  const found = code === null ? null : await participantByLink(ctx.db, hashSecret(code));
  return found !== null && found.usedAt === null;
}

/** @param secret the link or its code, as people paste or type it. @throws {HubgateError} `invitation.unknown` */
export async function findInvitation(db: Queries, secret: string): Promise<Invitation> {
  const code = readInvitationCode(secret);
  const found = code === null ? null : await participantByLink(db, hashSecret(code));
  if (found === null) throw unknown();
  return found;
}

/**
 * May a request come by it now? The signer counts again, by its own book.
 *
 * @throws {HubgateError} `invitation.used`, `invitation.early`, `invitation.ended`, `invitation.quota`
 */
export async function requireUsable(ctx: Pick<Ctx, 'now'>, db: Queries, found: Invitation): Promise<void> {
  requireRunning(ctx, found);
  if (found.usedAt !== null) throw used();
  const { event } = found;
  if (ctx.now() < event.startsAt) {
    throw new HubgateError(
      'invitation.early',
      `The event begins on ${event.startsAt.toISOString()}. The same link works from then on.`,
      { params: { startsAt: event.startsAt.toISOString() } },
    );
  }
  const requests = await requestStatesOf(db, event.id);
  if (requests.filter(({ state }) => !GONE.has(state)).length >= event.quota) {
    throw new HubgateError(
      'invitation.quota',
      `All ${event.quota} certificates of this event are given out.`,
      {
        params: { quota: event.quota },
      },
    );
  }
}

function requireRunning(ctx: Pick<Ctx, 'now'>, { event }: Invitation): void {
  if (event.state === 'APPROVED' && ctx.now() < event.endsAt) return;
  throw new HubgateError('invitation.ended', 'The event of this invitation is over, or was called off.');
}

function viewOf({ id, commonName, name, requestId, usedAt, event }: Invitation): InvitationView {
  return {
    participantId: id,
    event: event.name,
    organiser: event.organiser,
    commonName,
    name,
    startsAt: event.startsAt.toISOString(),
    endsAt: event.endsAt.toISOString(),
    requestId: usedAt === null ? null : requestId,
  };
}

export const unknown = (): HubgateError =>
  new HubgateError('invitation.unknown', 'No invitation has this link, or a newer one took its place.', {
    field: 'invitation',
  });

export const used = (): HubgateError =>
  new HubgateError('invitation.used', 'This invitation has been used for a certificate.', {
    field: 'invitation',
  });
