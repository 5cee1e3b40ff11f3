import type { Ctx } from '../ctx';
import type { RevocationChange } from '../wire/records';

/** What the signer's journal said of revocations, as far as it was heard. */
export type FollowedRevocations = {
  /** Another one means that another journal was put in its place. */
  readonly journalId: string;
  /** The last change that is in here. */
  readonly seq: number;
  /** Certificates that are revoked now, by serial. */
  readonly revoked: ReadonlyMap<string, RevocationChange>;
  /** Holds that were released and not revoked since, by serial. */
  readonly released: ReadonlyMap<string, RevocationChange>;
};

type Writable = {
  journalId: string;
  seq: number;
  revoked: Map<string, RevocationChange>;
  released: Map<string, RevocationChange>;
};
type Follower = { heard: Writable | null; current: Promise<Writable> | null; next: Promise<Writable> | null };

// One per signer and process; Next bundles modules twice.
const holder = globalThis as typeof globalThis & { __hubgateRevocations?: Map<string, Follower> };

function followerOf(ctx: Pick<Ctx, 'paths'>): Follower {
  const followers = (holder.__hubgateRevocations ??= new Map());
  const key = ctx.paths.signerWebSocket;
  let follower = followers.get(key);
  if (!follower) {
    follower = { heard: null, current: null, next: null };
    followers.set(key, follower);
  }
  return follower;
}

/**
 * Everything the journal has at this moment. Only what changed since the last call crosses the
 * socket: a hundred thousand revocations are read once, then one by one.
 *
 * @throws {HubgateError} `signer.down`
 */
export function followRevocations(ctx: Pick<Ctx, 'paths' | 'signer'>): Promise<FollowedRevocations> {
  const follower = followerOf(ctx);
  if (!follower.current) {
    follower.current = catchUp(ctx, follower).finally(() => (follower.current = null));
    return follower.current;
  }
  // The round under way may have been answered before the caller's own revocation was made.
  follower.next ??= follower.current
    .catch(() => undefined)
    .then(() => {
      follower.next = null;
      return followRevocations(ctx) as Promise<Writable>;
    });
  return follower.next;
}

/** What was heard last, or null when nothing was since this process began. */
export function heardRevocations(ctx: Pick<Ctx, 'paths'>): FollowedRevocations | null {
  return followerOf(ctx).heard;
}

async function catchUp(ctx: Pick<Ctx, 'signer'>, follower: Follower): Promise<Writable> {
  let state = follower.heard;
  for (;;) {
    const page = await ctx.signer.revocationChanges(state?.seq ?? 0);
    if (state && (page.journalId !== state.journalId || page.lastSeq < state.seq)) {
      // Another journal, or an old copy of it: what is known of the old one says nothing of this one.
      state = null;
      continue;
    }
    state ??= { journalId: page.journalId, seq: 0, revoked: new Map(), released: new Map() };
    for (const change of page.changes) take(state, change);
    if (!page.more) break;
  }
  follower.heard = state;
  return state;
}

function take(state: Writable, change: RevocationChange): void {
  const [into, from] =
    change.state === 'revoked' ? [state.revoked, state.released] : [state.released, state.revoked];
  from.delete(change.serial);
  into.set(change.serial, change);
  state.seq = change.seq;
}
