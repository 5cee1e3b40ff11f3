import type { Ctx } from '../ctx';
import { findCertificateRow, type CertificateRow } from '../db/certificates';
import { findRequest } from '../db/requests';
import { findUserIdsByAccount } from '../db/user-identities';
import { findUserById, findUserByLogin, type UserRow } from '../db/users';
import { HubgateError } from '../errors';
import { auditRefusal } from './audit-refusal';
import type { SignInFacts } from './session';

/**
 * Whose account a person's certificate stands for: the one whose login here, or whose account name at a
 * provider, is the certificate's common name. It is a first factor like a password.
 *
 * @param input.serial of a certificate that was verified, shown just now and not revoked
 * @throws {HubgateError} `auth.not-admitted` where certificates do not sign in, for a server's or an event's, for
 *   one that somebody else asked for, and for a name that nobody has here, or several
 */
export async function signInWithCertificate(
  ctx: Ctx,
  input: { serial: string },
): Promise<{ user: UserRow; facts: SignInFacts }> {
  const row = ctx.config.signIn.certificate ? await findCertificateRow(ctx.db, input.serial) : null;
  const person = row !== null && row.profile === 'user' && row.state === 'VALID';
  const user = person ? await holderOf(ctx, row) : null;
  if (user === null || user.disabledAt !== null) {
    await auditRefusal(ctx, {
      action: 'person.sign-in',
      target: user === null ? `certificate:${input.serial}` : `person:${user.login}`,
      outcome: 'refused',
      code: 'auth.not-admitted',
    });
    throw new HubgateError(
      'auth.not-admitted',
      'Your certificate is accepted, but nobody here has its name.',
    );
  }
  return { user, facts: { method: 'certificate', secondFactor: false, acr: null, amr: [] } };
}

/** Who asked for it while signed in is its holder and nobody else; a place in an event is no person here. */
async function holderOf(
  ctx: Ctx,
  { commonName, requestId }: Pick<CertificateRow, 'commonName' | 'requestId'>,
): Promise<UserRow | null> {
  const asked = requestId === null ? null : await findRequest(ctx.db, requestId);
  if (asked !== null && asked.participantId !== null) return null;
  const user = await accountOf(ctx, commonName);
  return asked === null || asked.requesterId === null || asked.requesterId === user?.id ? user : null;
}

async function accountOf(ctx: Ctx, commonName: string): Promise<UserRow | null> {
  const byLogin = await findUserByLogin(ctx.db, commonName);
  const others = await findUserIdsByAccount(ctx.db, commonName);
  const ids = [...new Set([...(byLogin === null ? [] : [byLogin.id]), ...others])];
  // Two people of one name: the certificate does not say which.
  return ids.length === 1 ? findUserById(ctx.db, ids[0] ?? '') : null;
}
