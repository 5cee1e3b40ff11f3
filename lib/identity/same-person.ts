import type { Actor } from '../ctx';
import type { Queries } from '../db/client';
import { accountTraces, type AccountTraces } from '../db/account-traces';
import { actorId } from './authorise';

/** Who is behind something: an actorId, and a mailbox that was proven to be theirs; null where unknown. */
export type Traced = { actorId: string | null; mailbox: string | null };

/**
 * Which of these are the very person who acts. Somebody may have several accounts (a login here, one at
 * each provider of identities): those with a mailbox or an account name in common are one person, since
 * nobody approves their own request, and two approvals are those of two people. Where it errs, somebody
 * else has to decide.
 *
 * Commands on the host are one actor, whoever typed them.
 */
export async function areOwn(db: Queries, actor: Actor, traced: readonly Traced[]): Promise<boolean[]> {
  const me = actorId(actor);
  const myId = userIdOf(me);
  const isMe = (one: Traced): boolean => one.actorId === me;
  const unclear = traced.some((one) => !isMe(one) && (userIdOf(one.actorId) ?? one.mailbox) !== null);
  if (myId === null || !unclear) return traced.map(isMe);

  const ids = [myId, ...traced.flatMap((one) => userIdOf(one.actorId) ?? [])];
  const known = await accountTraces(db, [...new Set(ids)]);
  const mine = known.get(myId) ?? { names: new Set(), mailboxes: new Set() };
  return traced.map((one) => isMe(one) || leadsTo(mine, one, known.get(userIdOf(one.actorId) ?? '')));
}

/** True when the very person who acts is one of these actorIds, by whichever of their accounts. */
export async function isAmong(db: Queries, actor: Actor, actorIds: readonly string[]): Promise<boolean> {
  const own = await areOwn(
    db,
    actor,
    actorIds.map((actorId) => ({ actorId, mailbox: null })),
  );
  return own.includes(true);
}

function leadsTo(mine: AccountTraces, one: Traced, account: AccountTraces | undefined): boolean {
  if (one.mailbox !== null && mine.mailboxes.has(one.mailbox.toLowerCase())) return true;
  if (account === undefined) return false;
  return meet(mine.mailboxes, account.mailboxes) || meet(mine.names, account.names);
}

function meet(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  return [...others].some((one) => some.has(one));
}

function userIdOf(actor: string | null): string | null {
  return actor?.startsWith('user:') === true ? actor.slice('user:'.length) : null;
}
