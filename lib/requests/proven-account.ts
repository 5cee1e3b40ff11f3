import type { Ctx } from '../ctx';
import { accountOfUser } from '../db/user-identities';
import { HubgateError } from '../errors';

/**
 * The account name that a signed-in requester's provider vouches for; null for everybody else, where
 * the centre does not ask (requests.signIn = "none"), and for a name that no certificate here may carry.
 */
export async function provenAccount(ctx: Pick<Ctx, 'actor' | 'config' | 'db'>): Promise<string | null> {
  const { actor, config } = ctx;
  if (actor.kind !== 'person' || config.requests.signIn === 'none') return null;
  const account = await accountOfUser(ctx.db, actor.userId);
  const fits = account !== null && new RegExp(`^(?:${config.pki.accountPattern})$`, 'u').test(account);
  return fits ? account : null;
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
