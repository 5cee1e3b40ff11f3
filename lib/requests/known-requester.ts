import type { Ctx } from '../ctx';
import { findUserById } from '../db/users';
import { provenAccount } from './proven-account';

/** What a requester need not type: in the form's fields, for them to change where it is not proven. */
export type KnownRequester = {
  /** The account that the sign-in proves; then it is not theirs to change. */
  account: string | null;
  /** The login here, where it could be an account's name. */
  login: string | null;
  email: string | null;
};

/**
 * What is known of somebody who is signed in and begins a request; nothing of everybody else, and where
 * the centre leaves sign-ins out of requests (requests.signIn = "none").
 */
export async function knownRequester(ctx: Pick<Ctx, 'actor' | 'config' | 'db'>): Promise<KnownRequester> {
  const { actor, config } = ctx;
  const user =
    actor.kind !== 'person' || config.requests.signIn === 'none'
      ? null
      : await findUserById(ctx.db, actor.userId);
  if (user === null) return { account: null, login: null, email: null };
  const fits = new RegExp(`^(?:${config.pki.accountPattern})$`, 'u').test(user.login);
  return { account: await provenAccount(ctx), login: fits ? user.login : null, email: user.email };
}
