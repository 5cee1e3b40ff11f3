import { decode, encode } from 'next-auth/jwt';
import { z } from 'zod';

import type { SignInFacts } from './session';

/** The cookie between the first and the second factor. It opens the page that asks for the second, nothing else. */
export const HALF_COOKIE = '__Host-hubgate-half';
export const HALF_SECONDS = 300;
/** Keys apart from the session's: one cookie never passes for the other. */
const SALT = 'hubgate half sign-in';

const Half = z.object({
  sub: z.string(),
  sessionVersion: z.number(),
  method: z.string(),
  acr: z.string().nullable(),
  amr: z.array(z.string()),
  next: z.string(),
  startedAt: z.number(),
});

/** Somebody who has shown the first factor a few minutes ago at most. */
export type HalfSignIn = {
  readonly userId: string;
  readonly sessionVersion: number;
  readonly facts: SignInFacts;
  /** Where to go afterwards. */
  readonly next: string;
};

export async function sealHalf(half: HalfSignIn, sessionSecret: string, now: Date): Promise<string> {
  const { userId, sessionVersion, facts, next } = half;
  const { method, acr, amr } = facts;
  return encode({
    token: { sub: userId, sessionVersion, method, acr, amr: [...amr], next, startedAt: now.getTime() },
    secret: sessionSecret,
    salt: SALT,
    maxAge: HALF_SECONDS,
  });
}

/** Who is half signed in by this cookie; null when it is not ours, or too old. */
export async function readHalf(
  cookie: string | undefined,
  sessionSecret: string,
  now: Date,
): Promise<HalfSignIn | null> {
  if (cookie === undefined || cookie === '') return null;
  const token = await decode({ token: cookie, secret: sessionSecret, salt: SALT }).catch(() => null);
  const read = Half.safeParse(token);
  if (!read.success) return null;
  const { sub, sessionVersion, method, acr, amr, next, startedAt } = read.data;
  if (now.getTime() - startedAt >= HALF_SECONDS * 1000 || startedAt > now.getTime()) return null;
  return { userId: sub, sessionVersion, facts: { method, secondFactor: false, acr, amr }, next };
}
