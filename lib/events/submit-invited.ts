import { NOT_ASKED } from '../accounts/account';
import type { Ctx } from '../ctx';
import type { Tx } from '../db/client';
import { changeParticipant, findParticipant, useLink } from '../db/events';
import { inTransaction } from '../db/in-transaction';
import { HubgateError } from '../errors';
import { approveByEvent } from '../requests/approve-by-event';
import { refuseDuplicateKey } from '../requests/duplicate-key';
import { readWish, type Wish } from '../requests/read-wish';
import { hashSecret, newPickupSecret } from '../requests/request-id';
import type { RequestState } from '../requests/states';
import { insertWish, readTrust, type SubmitInput } from '../requests/submit-request';
import { heldNames } from './event-names';
import { findInvitation, requireUsable, unknown, used, type Invitation } from './find-invitation';

export type InvitedInput = Pick<SubmitInput, 'csr' | 'label' | 'trustProof' | 'source'> &
  /** The link itself, or what the browser that opened it remembers. */
  ({ secret: string } | { participantId: string; linkHash: string });

/**
 * Takes a request that comes by an invitation: approved in advance, so that the clock signs it at once.
 * Account and address are those of the list, whatever the CSR proposes; limits per network address do
 * not apply, since whole classes sit behind one.
 *
 * @returns the pick-up secret: shown once, only its hash is stored
 * @throws {HubgateError} `invitation.*`, `event.names`, those of readWish(), `request.duplicate-key`,
 *   `request.trust-required`, `trust.proof`, `signer.ca-missing`
 */
export async function submitInvited(
  ctx: Ctx,
  input: InvitedInput,
): Promise<{ id: string; state: RequestState; pickupSecret: string }> {
  const before = await load(ctx, input);
  await requireUsable(ctx, ctx.db, before);
  const wish = await readWish(ctx, {
    csr: input.csr,
    commonName: before.commonName,
    email: before.email,
    name: before.name ?? undefined,
    label: input.label,
    profile: 'user',
  });
  const pickupSecret = newPickupSecret();
  const stored = await inTransaction(ctx.db, async (tx) => {
    const found = await load({ db: tx }, input);
    await requireUsable(ctx, tx, found);
    return store(ctx, tx, { ...input, found, wish, pickupHash: hashSecret(pickupSecret) });
  });
  return { ...stored, pickupSecret };
}

async function load({ db }: { db: Ctx['db'] | Tx }, input: InvitedInput): Promise<Invitation> {
  if ('secret' in input) return findInvitation(db, input.secret);
  const found = await findParticipant(db, input.participantId);
  if (found === null || found.linkHash !== input.linkHash) throw unknown();
  return found;
}

async function store(
  ctx: Ctx,
  tx: Tx,
  input: Pick<InvitedInput, 'trustProof' | 'source'> & { found: Invitation; wish: Wish; pickupHash: string },
): Promise<{ id: string; state: RequestState }> {
  const { found, wish, source, pickupHash } = input;
  const { event } = found;
  if ((await heldNames(tx, [found.commonName], event.id)).length > 0) {
    throw new HubgateError(
      'event.names',
      `The account name ${found.commonName} went to somebody else. Tell the organiser of the event.`,
      { params: { reason: 'held', names: found.commonName } },
    );
  }
  const asker = { requesterId: null, email: wish.email, addressKey: `participant:${found.id}` };
  await refuseDuplicateKey(tx, { spkiSha256: wish.csr.spkiSha256, asker, now: ctx.now() });
  const trust = await readTrust(ctx, tx, input.trustProof);
  const row = await insertWish(ctx, tx, wish, {
    ...asker,
    emailState: wish.email === null ? 'none' : 'unproven',
    trust,
    source,
    pickupHash,
    // The names of an event are of accounts that are made for it.
    account: NOT_ASKED,
    participantId: found.id,
    endsAt: event.endsAt,
  });
  const state = await approveByEvent(ctx, tx, row, { event: event.id, digest: event.digest ?? '' });
  const at = ctx.now();
  const taken = await useLink(tx, { id: found.id, linkHash: found.linkHash ?? '', requestId: row.id, at });
  if (!taken) throw used();
  const seen = {
    openedAt: found.openedAt ?? at,
    ...(trust === 'none' ? {} : { trustedAt: found.trustedAt ?? at }),
  };
  await changeParticipant(tx, found.id, seen);
  return { id: row.id, state };
}
