import type { Ctx } from '../ctx';
import { findUserById } from '../db/users';
import { isHubgateError } from '../errors';
import { provenAccount } from './proven-account';

/** What a requester need not type: in the form's fields, for them to change where it is not proven. */
export type KnownRequester = {
  /** The account that the sign-in proves; then it is not theirs to change. */
  account: string | null;
  /** The login here, where it could be an account's name. */
  login: string | null;
  email: string | null;
  /** The directory does not say now which account it is: whoever asks may go on, and send it later. */
  silent: boolean;
};

/**
 * What is known of somebody who is signed in and begins a request; nothing of everybody else, and where
 * the centre leaves sign-ins out of requests (requests.signIn = "none").
 */
export async function knownRequester(
  ctx: Pick<Ctx, 'actor' | 'config' | 'paths' | 'db' | 'now'>,
): Promise<KnownRequester> {
  const { actor, config } = ctx;
  const user =
    actor.kind !== 'person' || config.requests.signIn === 'none'
      ? null
      : await findUserById(ctx.db, actor.userId);
  if (user === null) return { account: null, login: null, email: null, silent: false };
  const fits = new RegExp(`^(?:${config.pki.accountPattern})$`, 'u').test(user.login);
  return { ...(await ownAccount(ctx)), login: fits ? user.login : null, email: user.email };
}

async function ownAccount(
  ctx: Parameters<typeof provenAccount>[0],
): Promise<Pick<KnownRequester, 'account' | 'silent'>> {
  try {
    return { account: await provenAccount(ctx), silent: false };
  } catch (thrown) {
    if (!isHubgateError(thrown) || thrown.code !== 'request.directory-down') throw thrown;
    return { account: null, silent: true };
  }
}
