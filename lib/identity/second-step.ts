import { existsSync } from 'node:fs';

import type { Ctx } from '../ctx';
import { findUserById, setUserTotp, type UserRow } from '../db/users';
import { HubgateError } from '../errors';
import type { HalfSignIn } from './half-sign-in';
import { readRoles } from './roles';
import { hasSecondFactor } from './second-factors';
import type { SignInFacts } from './session';
import { newTotpSecret, sealTotpSecret } from './totp';

/** What stands between the first factor and the session. */
export type SecondStep = 'none' | 'show' | 'enrol';

/** Whom the configuration asks for a second factor; left out, nobody in an evaluation. */
export function secondFactorPolicy(ctx: Pick<Ctx, 'config' | 'paths'>): 'off' | 'approvers' | 'everybody' {
  return ctx.config.signIn.secondFactor ?? (existsSync(ctx.paths.evaluationMarker) ? 'off' : 'approvers');
}

/**
 * Whether somebody who has shown the first factor needs a second. Who has one shows it, whatever the
 * configuration says; who has none and needs one sets it up before anything else. Not after a certificate
 * alone: a name in one, which an approver may have taken for somebody else's, would become the person.
 *
 * @throws {HubgateError} `auth.certificate-alone`
 */
export async function secondStepOf(
  ctx: Pick<Ctx, 'config' | 'paths' | 'db'>,
  user: UserRow,
  facts: SignInFacts,
): Promise<SecondStep> {
  if (facts.secondFactor) return 'none';
  if (await hasSecondFactor(ctx.db, user)) return 'show';
  const policy = secondFactorPolicy(ctx);
  const needed = policy === 'everybody' || (policy === 'approvers' && readRoles(user.roles).length > 0);
  if (!needed) return 'none';
  if (facts.method !== 'certificate') return 'enrol';
  throw new HubgateError(
    'auth.certificate-alone',
    'You have a role and no second factor yet: sign in by another way and set one up first.',
  );
}

/**
 * A fresh secret to set up, at each first factor: one that somebody with the password alone has seen
 * earlier must not become the second factor.
 */
export async function beginTotp(ctx: Pick<Ctx, 'db'>, userId: string, sessionSecret: string): Promise<void> {
  const totpSecret = sealTotpSecret(newTotpSecret(), userId, sessionSecret);
  await setUserTotp(ctx.db, { id: userId, totpSecret });
}

/**
 * The person of a half sign-in, as the database has them now.
 *
 * @throws {HubgateError} `auth.half-expired` when they may not go on: too late, disabled, another password
 */
export async function halfPerson(ctx: Pick<Ctx, 'db'>, half: HalfSignIn | null): Promise<UserRow> {
  const user = half === null ? null : await findUserById(ctx.db, half.userId);
  if (user !== null && user.disabledAt === null && user.sessionVersion === half?.sessionVersion) return user;
  throw new HubgateError('auth.half-expired', 'It took more than five minutes. Sign in once more.');
}
