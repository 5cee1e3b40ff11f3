import type { Wanted } from '../accounts/account';
import { lookUpAccount } from '../accounts/look-up-account';
import type { Ctx } from '../ctx';
import { provesAccount } from '../config/sign-in';
import type { Queries } from '../db/client';
import { latestIdentityOf, type UserIdentityRow } from '../db/user-identities';
import { HubgateError } from '../errors';

/**
 * The account name of a requester who signed in by a provider: the provider's claim, or what the centre's
 * directory has for them (requests.accountFrom). Null for everybody else, where the centre does not ask
 * (requests.signIn = "none"), for who has no account there, and for a name that no certificate here may
 * carry. Asks the directory: not in a transaction.
 *
 * @throws {HubgateError} `request.directory-down` when the directory does not say: whose account it is
 *   must not be guessed
 */
export async function provenAccount(
  ctx: Pick<Ctx, 'actor' | 'config' | 'db' | 'paths' | 'now'>,
): Promise<string | null> {
  const { actor, config } = ctx;
  if (actor.kind !== 'person' || config.requests.signIn === 'none') return null;
  const identity = await provingIdentity(ctx, actor.userId);
  const account =
    config.requests.accountFrom === 'claim'
      ? (identity?.account ?? null)
      : identity && (await accountInDirectory(ctx, identity));
  const fits = account !== null && new RegExp(`^(?:${config.pki.accountPattern})$`, 'u').test(account);
  return fits ? account : null;
}

/** Of several providers, only those that name the centre's own accounts say whose account it is. */
async function provingIdentity(
  { db, config }: Pick<Ctx, 'db' | 'config'>,
  userId: string,
): Promise<UserIdentityRow | null> {
  const identity = await latestIdentityOf(db, userId);
  const provider = config.signIn.oidc.find(({ issuer }) => issuer === identity?.issuer);
  return provider !== undefined && provesAccount(config.signIn, provider) ? identity : null;
}

async function accountInDirectory(
  ctx: Pick<Ctx, 'config' | 'paths' | 'now'>,
  identity: UserIdentityRow,
): Promise<string | null> {
  const { accountBy } = ctx.config.requests;
  const wanted: { by: Wanted['by']; value: string | null } = {
    uid: { by: 'account' as const, value: identity.account },
    mail: { by: 'mail' as const, value: identity.email },
    subject: { by: 'subject' as const, value: identity.subject },
  }[accountBy];
  if (wanted.value === null) return null;
  const { state, account } = await lookUpAccount(ctx, { by: wanted.by, value: wanted.value });
  if (state !== 'unreachable') return account;
  throw new HubgateError(
    'request.directory-down',
    'The directory of accounts does not answer, so nobody knows which account is yours. Nothing is lost: ' +
      'send it again in a minute.',
  );
}

/**
 * Whether this is the address that the person's provider has verified. What people write into a local
 * account is their own word: it must not stand for a mailbox that the directory knows.
 */
export async function isVerifiedAddress(db: Queries, userId: string, email: string): Promise<boolean> {
  const identity = await latestIdentityOf(db, userId);
  return identity?.email?.toLowerCase() === email.toLowerCase();
}

/**
 * The same wish for the account that is proven: whoever is signed in asks for their own, whatever the CSR
 * proposes.
 *
 * @param account what provenAccount() says
 * @throws {HubgateError} `request.common-name` when another one was typed
 */
export function forProvenAccount<W extends { commonName?: string | undefined; profile?: string | undefined }>(
  ctx: Pick<Ctx, 'config'>,
  wish: W,
  account: string | null,
): W {
  if (wish.profile === 'server' || account === null) return wish;
  const typed = wish.commonName?.trim() ?? '';
  if (typed !== '' && typed !== account) {
    throw new HubgateError(
      'request.common-name',
      `You are signed in as ${account}: a certificate for ${typed} is not yours to ask for.`,
      { field: 'commonName', params: { pattern: ctx.config.pki.accountPattern, reason: 'other-account' } },
    );
  }
  return { ...wish, commonName: account };
}
