import { z } from 'zod';

import { recordAudit } from '../audit/record-audit';
import { ROLES, type Ctx, type Role } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { endOneTimeSecrets, insertOneTimeSecret, peekOneTimeSecret } from '../db/one-time-secrets';
import { countUsers, findUserByLogin } from '../db/users';
import { HubgateError } from '../errors';
import { requirePermission } from './authorise';
import { normaliseLogin } from './login';
import { FIRST_ADMIN_ROLES } from './roles';
import { freshSecret, secretHash } from './secret-hash';

const HOURS = 24;

/** What a link allows: making a person with these roles, or a new password for this one. */
export const SetupPayload = z.discriminatedUnion('for', [
  z.strictObject({ for: z.literal('new'), roles: z.array(z.enum(ROLES)).min(1) }),
  z.strictObject({ for: z.literal('reset'), userId: z.string(), login: z.string() }),
]);
export type SetupPayload = z.infer<typeof SetupPayload>;

export type SetupLink = { url: string; expiresAt: Date };

/** The link of the first administrator, or null once there is somebody. Older links become void. */
export async function createFirstAdminLink(ctx: Ctx): Promise<SetupLink | null> {
  requirePermission(ctx, 'people.manage');
  if ((await countUsers(ctx.db)) > 0) return null;
  return createLink(ctx, { for: 'new', roles: [...FIRST_ADMIN_ROLES] }, { voidOlder: true });
}

/** A link by which one more person sets login and password. */
export async function createPersonLink(ctx: Ctx, input: { roles: readonly Role[] }): Promise<SetupLink> {
  requirePermission(ctx, 'people.manage');
  return createLink(ctx, { for: 'new', roles: [...input.roles] }, { voidOlder: false });
}

/**
 * A link by which somebody who forgot the password sets a new one; it ends all their sessions.
 *
 * @throws {HubgateError} `auth.credentials` when nobody has this login
 */
export async function createResetLink(ctx: Ctx, input: { login: string }): Promise<SetupLink> {
  requirePermission(ctx, 'people.manage');
  const user = await findUserByLogin(ctx.db, normaliseLogin(input.login));
  if (user === null) {
    throw new HubgateError(
      'auth.credentials',
      `Nobody has the login ${input.login}. See: hubgate admin list`,
      {
        field: 'login',
      },
    );
  }
  return createLink(ctx, { for: 'reset', userId: user.id, login: user.login }, { voidOlder: false });
}

/**
 * What an open link is for, without using it up: for the page that asks for login and password.
 *
 * @throws {HubgateError} `auth.link` when it is unknown, used or older than 24 hours
 */
export async function readSetupLink(ctx: Ctx, input: { secret: string }): Promise<SetupPayload> {
  const payload = await peekOneTimeSecret(ctx.db, {
    kind: 'first-admin',
    secretHash: secretHash(input.secret),
    now: ctx.now(),
  });
  if (payload === null) throw linkRefused();
  return SetupPayload.parse(payload);
}

export function linkRefused(): HubgateError {
  return new HubgateError(
    'auth.link',
    'This link was used before or is older than 24 hours. Make a new one on the server: hubgate admin create',
  );
}

async function createLink(
  ctx: Ctx,
  payload: SetupPayload,
  options: { voidOlder: boolean },
): Promise<SetupLink> {
  const secret = freshSecret();
  const now = ctx.now();
  const expiresAt = new Date(now.getTime() + HOURS * 3_600_000);
  await inTransaction(ctx.db, async (tx) => {
    if (options.voidOlder) await endOneTimeSecrets(tx, 'first-admin', now);
    await insertOneTimeSecret(tx, {
      kind: 'first-admin',
      secretHash: secretHash(secret),
      payload,
      now,
      expiresAt,
    });
    await recordAudit(ctx, tx, {
      action: 'person.link',
      target: payload.for === 'new' ? 'new person' : `person:${payload.login}`,
      outcome: 'done',
      data: payload.for === 'new' ? { roles: payload.roles.join(' ') } : {},
    });
  });
  // Behind the #: it reaches no server log, no Referer and no proxy.
  return { url: `${ctx.config.site.url}/setup#s=${secret}`, expiresAt };
}
