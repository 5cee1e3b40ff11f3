import { headers as nextHeaders } from 'next/headers';

import type { Ctx } from '../ctx';
import { holdsInvitation } from '../events/find-invitation';
import { instance } from '../instance';
import { cookieTag, ownCookies } from './cookies';
import type { Limit } from './rate-limit';
import { readToken, signToken } from './signed-token';
import { setCookies } from './start-session';

/** For whoever holds an invitation: a class of hundreds behind one address, all in the same minutes. */
const INVITED_LIMIT: Limit = { name: 'invited', burst: 5000, perMinute: 5000 };

const INVITATION_COOKIE = '__Host-hubgate-invitation';
const PURPOSE = 'invitation';
/** Opened at home, used when the event begins. */
const DAYS = 30;

/** What a browser remembers of the invitation that it opened: the hash stands for the link, and opens nothing. */
export type OpenedInvitation = { participantId: string; linkHash: string };

/** The limit of whoever shows an invitation; null for every other text, which anybody can write. */
export async function invitedLimit(
  ctx: Pick<Ctx, 'db'>,
  secret: string | null | undefined,
): Promise<Limit | null> {
  return secret && (await holdsInvitation(ctx, { secret })) ? INVITED_LIMIT : null;
}

/** The same for a browser that opened one: its cookie is signed. */
export async function openedLimit(ctx: Pick<Ctx, 'now'>): Promise<Limit | null> {
  return (await openedInvitation(ctx.now())) === null ? null : INVITED_LIMIT;
}

/** Lets this browser act for the place whose link it showed: call it in a server action. */
export async function rememberInvitation({ participantId, linkHash }: OpenedInvitation): Promise<void> {
  const { secrets } = await instance();
  const expiresAt = new Date(Date.now() + DAYS * 86_400_000);
  const value = signToken({
    secret: secrets.session,
    purpose: PURPOSE,
    payload: `${participantId} ${linkHash}`,
    expiresAt,
  });
  await setCookies([{ name: INVITATION_COOKIE, value, maxAgeSeconds: DAYS * 86_400 }]);
}

/** The place whose link this browser showed, or null. */
export async function openedInvitation(now: Date): Promise<OpenedInvitation | null> {
  const house = await instance();
  const { secrets } = house;
  const token = ownCookies((await nextHeaders()).get('cookie'), cookieTag(house)).get(INVITATION_COOKIE);
  if (token === undefined) return null;
  const payload = readToken({ secret: secrets.session, purpose: PURPOSE, token, now });
  const [participantId, linkHash] = payload?.split(' ') ?? [];
  return participantId && linkHash ? { participantId, linkHash } : null;
}
