import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { confirmSession, findSession } from '../db/sessions';
import { findUserById } from '../db/users';
import { HubgateError } from '../errors';
import { requirePerson } from './authorise';
import { hasSecondFactor, type FactorKind, type FactorProof } from './second-factors';
import { showSecondFactor } from './show-second-factor';

/** So long a factor that was shown again opens what changes factors. */
const CONFIRMED_MS = 5 * 60_000;
/** Who has no second factor yet must have signed in since then: the first factor is all that they have. */
const SIGNED_IN_MS = 10 * 60_000;

/**
 * What stands between somebody who is signed in and a change of their factors: nothing, a factor that they
 * have (`show`), or a sign-in, where they have none yet (`sign-in`).
 */
export type Confirmation = 'confirmed' | 'show' | 'sign-in';

/**
 * A session alone changes no factor: a cookie that was copied, or a browser left open, would become
 * somebody's way in for good, and shut its owner out.
 */
export async function confirmationOf(ctx: Pick<Ctx, 'actor' | 'db' | 'now'>): Promise<Confirmation> {
  const person = requirePerson(ctx);
  const { session } = person;
  const [row, user] = await Promise.all([
    session === undefined ? null : findSession(ctx.db, session.idHash),
    findUserById(ctx.db, person.userId),
  ]);
  const within = (at: Date | null | undefined, milliseconds: number): boolean =>
    at !== null && at !== undefined && ctx.now().getTime() - at.getTime() < milliseconds;
  if (within(row?.confirmedAt, CONFIRMED_MS)) return 'confirmed';
  if (user !== null && (await hasSecondFactor(ctx.db, user))) return 'show';
  return within(row?.createdAt, SIGNED_IN_MS) ? 'confirmed' : 'sign-in';
}

/**
 * Refuses unless the person has just shown again what they have.
 *
 * @throws {HubgateError} `auth.required`, `auth.confirm`
 */
export async function requireConfirmed(ctx: Pick<Ctx, 'actor' | 'db' | 'now'>): Promise<void> {
  if ((await confirmationOf(ctx)) === 'confirmed') return;
  throw new HubgateError('auth.confirm', 'Show once more that it is you, then change your factors.');
}

/**
 * A factor that the person has, shown again in this session. Limits on attempts are the caller's (lib/http).
 *
 * @throws {HubgateError} `auth.required`, `auth.second-factor` for a code, `auth.passkey` for a touch that
 *   was not asked for this
 */
export async function confirmSelf(
  ctx: Ctx,
  input: { proof: FactorProof; sessionSecret: string },
): Promise<{ factor: FactorKind }> {
  const { userId, name, session } = requirePerson(ctx);
  const user = await findUserById(ctx.db, userId);
  if (user === null || session === undefined) throw new HubgateError('auth.required', 'Sign in first.');
  const factor = await showSecondFactor(ctx, { ...input, user, purpose: 'confirmation' });
  await inTransaction(ctx.db, async (tx) => {
    await confirmSession(tx, { idHash: session.idHash, at: ctx.now() });
    await recordAudit(ctx, tx, { action: 'person.confirm', target: `person:${name}`, data: { factor } });
  });
  return { factor };
}
