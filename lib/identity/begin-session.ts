import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { touchUserSignIn, type UserRow } from '../db/users';
import type { FactorKind } from './second-factors';
import { openSession, sessionRules, type SignInFacts } from './session';

/**
 * Signs somebody in who has shown all that is asked for, and records it.
 *
 * @param input.factor the second factor that was shown here, if one was
 */
export async function beginSession(
  ctx: Ctx,
  input: { user: UserRow; facts: SignInFacts; factor?: FactorKind; agent: string; sessionSecret: string },
): Promise<{ value: string; maxAgeSeconds: number }> {
  const { user, facts, factor, agent, sessionSecret } = input;
  const now = ctx.now();
  return inTransaction(ctx.db, async (tx) => {
    await touchUserSignIn(tx, { id: user.id, at: now });
    await recordAudit(ctx, tx, {
      action: 'person.sign-in',
      target: `person:${user.login}`,
      outcome: 'done',
      data: {
        method: facts.method,
        secondFactor: facts.secondFactor,
        ...(factor === undefined ? {} : { factor }),
      },
    });
    return openSession(tx, { user, facts, agent }, sessionRules(ctx.config, sessionSecret), now);
  });
}
