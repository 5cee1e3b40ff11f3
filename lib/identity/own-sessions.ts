import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { endSession, endSessions, listSessions } from '../db/sessions';
import { HubgateError } from '../errors';
import { requirePerson } from './authorise';

export type SessionView = {
  /** A hash of the session's id: names it, opens nothing. */
  id: string;
  /** True for the session that asks. */
  current: boolean;
  method: string;
  secondFactor: boolean;
  agent: string;
  createdAt: string;
  lastSeenAt: string;
};

/** Where the person who asks is signed in, newest first. */
export async function listOwnSessions(ctx: Ctx): Promise<SessionView[]> {
  const person = requirePerson(ctx);
  const now = ctx.now();
  const seenSince = new Date(now.getTime() - ctx.config.signIn.idleMinutes * 60_000);
  const rows = await listSessions(ctx.db, { userId: person.userId, now, seenSince });
  return rows.map((row) => ({
    id: row.idHash,
    current: row.idHash === person.session?.idHash,
    method: row.method,
    secondFactor: row.secondFactor,
    agent: row.agent,
    createdAt: row.createdAt.toISOString(),
    lastSeenAt: row.lastSeenAt.toISOString(),
  }));
}

/**
 * Signs the person who asks out somewhere else.
 *
 * @throws {HubgateError} `http.not-found` when none of their sessions has this id
 */
export async function endOwnSession(ctx: Ctx, input: { id: string }): Promise<void> {
  const person = requirePerson(ctx);
  await inTransaction(ctx.db, async (tx) => {
    const ended = await endSession(tx, { idHash: input.id, userId: person.userId, at: ctx.now() });
    if (!ended) throw new HubgateError('http.not-found', 'This session has ended already.', { field: 'id' });
    await recordAudit(ctx, tx, {
      action: 'session.end',
      target: `person:${person.name}`,
      outcome: 'done',
      data: { sessions: 1 },
    });
  });
}

/** Signs the person who asks out everywhere else. */
export async function endOtherSessions(ctx: Ctx): Promise<{ ended: number }> {
  const person = requirePerson(ctx);
  return inTransaction(ctx.db, async (tx) => {
    const { session } = person;
    const ended = await endSessions(tx, {
      userId: person.userId,
      at: ctx.now(),
      ...(session === undefined ? {} : { except: session.idHash }),
    });
    await recordAudit(ctx, tx, {
      action: 'session.end',
      target: `person:${person.name}`,
      outcome: 'done',
      data: { sessions: ended },
    });
    return { ended };
  });
}
