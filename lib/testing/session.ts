import { randomBytes } from 'node:crypto';

import type { Ctx } from '../ctx';
import { insertSession } from '../db/sessions';
import type { UserRow } from '../db/users';
import { openSession, sessionRules, type SignInFacts } from '../identity/session';
import { cookieTag, wireName } from '../http/cookies';
import type { Instance } from '../instance';

const BY_PASSWORD: SignInFacts = { method: 'password', secondFactor: false, acr: null, amr: [] };

/** How a cookie of the portal is called in a browser. */
export function inBrowser(instance: Instance, name: string): string {
  return wireName(name, cookieTag(instance));
}

/** The value of a session's cookie for somebody who signed in at `now`. */
export async function sessionValue(
  instance: Instance,
  user: Pick<UserRow, 'id' | 'sessionVersion' | 'displayName'>,
  now = new Date(),
  facts: Partial<SignInFacts> = {},
): Promise<string> {
  const rules = sessionRules(instance.config, instance.secrets.session);
  const input = { user, facts: { ...BY_PASSWORD, ...facts }, agent: 'Firefox, Linux' };
  return (await openSession(instance.db, input, rules, now)).value;
}

/** The same person in a session in which they have just shown again what they have. */
export async function confirmed(ctx: Ctx): Promise<Ctx> {
  const { actor } = ctx;
  if (actor.kind !== 'person') return ctx;
  const idHash = randomBytes(32).toString('hex');
  const at = ctx.now();
  await insertSession(ctx.db, {
    idHash,
    userId: actor.userId,
    method: 'password',
    secondFactor: true,
    acr: null,
    amr: '[]',
    agent: 'Firefox, Linux',
    createdAt: at,
    lastSeenAt: at,
    expiresAt: new Date(at.getTime() + 3_600_000),
    endedAt: null,
    confirmedAt: at,
  });
  return { ...ctx, actor: { ...actor, session: { idHash } } };
}
