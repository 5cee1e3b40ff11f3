import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import type { Tx } from '../db/client';
import { inTransaction } from '../db/in-transaction';
import { replaceRecoveryCodes } from '../db/recovery-codes';
import { findUserById, type UserRow } from '../db/users';
import { HubgateError } from '../errors';
import { requirePerson } from './authorise';
import { requireConfirmed } from './confirmation';
import { newRecoveryCodes, recoveryCodeHash } from './recovery-codes';
import { factorsOf, hasSecondFactor, removeApp, takeTotpCode, type FactorKind } from './second-factors';
import { wrongCode } from './show-second-factor';
import { beginTotp } from './second-step';
import { openTotpSecret, totpUri } from './totp';

export type SecondFactorView = {
  counts: Record<FactorKind, number>;
  /** When TOTP was set up; null when it is not. */
  totpSince: string | null;
  /** A secret that waits for its first code. */
  pending: { secret: string; uri: string } | null;
};

/** The second factors of somebody, for the page on which they set them up. */
export async function viewSecondFactors(
  ctx: Ctx,
  user: UserRow,
  sessionSecret: string,
): Promise<SecondFactorView> {
  const secret =
    user.totpSecret === null || user.totpConfirmedAt !== null
      ? null
      : openTotpSecret(user.totpSecret, user.id, sessionSecret);
  return {
    counts: await factorsOf(ctx.db, user),
    totpSince: user.totpConfirmedAt?.toISOString() ?? null,
    pending:
      secret === null
        ? null
        : { secret, uri: totpUri({ secret, site: ctx.config.site.name, login: user.login }) },
  };
}

/** The person who asks, as the database has them. */
export async function ownRow(ctx: Ctx): Promise<UserRow> {
  const { userId } = requirePerson(ctx);
  const user = await findUserById(ctx.db, userId);
  if (user === null) throw new HubgateError('auth.required', 'Sign in first.');
  return user;
}

/**
 * Begins to set TOTP up anew; the page then shows the secret.
 *
 * @throws {HubgateError} `auth.confirm`; `http.invalid` while one is in use: remove it first
 */
export async function beginOwnTotp(ctx: Ctx, sessionSecret: string): Promise<void> {
  await requireConfirmed(ctx);
  const user = await ownRow(ctx);
  if (user.totpConfirmedAt !== null) {
    throw new HubgateError('http.invalid', 'An authenticator app is set up already. Remove it first.', {
      params: { reason: 'app-present' },
    });
  }
  await beginTotp(ctx, user.id, sessionSecret);
}

/**
 * The first code of a new secret makes it a factor, and brings recovery codes.
 *
 * @throws {HubgateError} `auth.confirm`, `auth.second-factor`
 */
export async function confirmOwnTotp(
  ctx: Ctx,
  input: { code: string; sessionSecret: string },
): Promise<{ recoveryCodes: string[] }> {
  await requireConfirmed(ctx);
  return confirmTotp(ctx, { ...input, user: await ownRow(ctx) });
}

async function confirmTotp(
  ctx: Ctx,
  input: { user: UserRow; code: string; sessionSecret: string },
): Promise<{ recoveryCodes: string[] }> {
  const { user, code, sessionSecret } = input;
  if (user.totpConfirmedAt !== null) throw wrongCode();
  return inTransaction(ctx.db, async (tx) => {
    const right = await takeTotpCode(tx, { user, code, now: ctx.now(), sessionSecret });
    if (!right) throw wrongCode();
    await recordAudit(ctx, tx, {
      action: 'person.second-factor-added',
      target: `person:${user.login}`,
      outcome: 'done',
      data: { factor: 'totp' },
    });
    return { recoveryCodes: await freshCodes(ctx, tx, user) };
  });
}

/**
 * The same for somebody who has shown the first factor alone. Who has a factor shows that: a secret that
 * was begun once, and that somebody with the password may know, must not pass for it.
 *
 * @throws {HubgateError} `auth.second-factor`
 */
export async function enrolTotp(
  ctx: Ctx,
  input: { user: UserRow; code: string; sessionSecret: string },
): Promise<{ recoveryCodes: string[] }> {
  if (await hasSecondFactor(ctx.db, input.user)) throw wrongCode();
  return confirmTotp(ctx, input);
}

/**
 * New recovery codes; those before end.
 *
 * @throws {HubgateError} `auth.confirm`; `http.invalid` without an app, whose stand-ins they are
 */
export async function renewRecoveryCodes(ctx: Ctx): Promise<{ recoveryCodes: string[] }> {
  await requireConfirmed(ctx);
  const user = await ownRow(ctx);
  if (user.totpConfirmedAt === null) {
    throw new HubgateError('http.invalid', 'Recovery codes stand in for an app. Set one up first.', {
      params: { reason: 'app-missing' },
    });
  }
  return inTransaction(ctx.db, async (tx) => {
    await recordAudit(ctx, tx, {
      action: 'person.recovery-codes',
      target: `person:${user.login}`,
      outcome: 'done',
      data: {},
    });
    return { recoveryCodes: await freshCodes(ctx, tx, user) };
  });
}

/**
 * Removes one's own app and its recovery codes; passkeys stay. Where a factor is needed and none is left,
 * the next sign-in asks for a new one.
 *
 * @throws {HubgateError} `auth.confirm`
 */
export async function removeOwnSecondFactor(ctx: Ctx): Promise<void> {
  await requireConfirmed(ctx);
  const user = await ownRow(ctx);
  await inTransaction(ctx.db, async (tx) => {
    await removeApp(tx, user.id, ctx.now());
    await recordAudit(ctx, tx, {
      action: 'person.second-factor-removed',
      target: `person:${user.login}`,
      outcome: 'done',
      data: { by: 'self', factor: 'totp' },
    });
  });
}

async function freshCodes(ctx: Ctx, tx: Tx, user: UserRow): Promise<string[]> {
  const codes = newRecoveryCodes();
  const hashes = codes.map((code) => recoveryCodeHash(user.id, code) ?? '');
  await replaceRecoveryCodes(tx, { userId: user.id, hashes, at: ctx.now() });
  return codes;
}
