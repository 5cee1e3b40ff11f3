import { cookies as nextCookies } from 'next/headers';

import type { Ctx, Role } from '../ctx';
import type { UserRow } from '../db/users';
import { HubgateError } from '../errors';
import { beginSession } from '../identity/begin-session';
import { HALF_COOKIE, HALF_SECONDS, sealHalf } from '../identity/half-sign-in';
import { readRoles } from '../identity/roles';
import type { FactorKind } from '../identity/second-factors';
import { beginTotp, secondStepOf } from '../identity/second-step';
import { endSessionOf, type SignInFacts } from '../identity/session';
import { SESSION_COOKIE } from '../identity/session-cookie';
import { instance, type Instance } from '../instance';
import type { Caller } from './caller';
import { cookieTag, wireName, type CookieParts } from './cookies';
import { deviceCookie } from './device-cookie';
import { allowsSignIn, type SiteRole } from './site';

/**
 * Refuses to sign anybody in where hubs are served: notebooks run strangers' scripts there.
 *
 * @throws {HubgateError} `auth.wrong-host`
 */
export function requireSignInHost(site: SiteRole, house: Pick<Instance, 'config'>): void {
  if (allowsSignIn(site)) return;
  throw new HubgateError(
    'auth.wrong-host',
    `Nobody signs in on this name. Open ${house.config.site.url} instead; if hubs are served there too, ` +
      'the portal needs a name of its own (site.gateUrl).',
  );
}

/** Where somebody begins who did not say where they want to go. */
export function homeOf(user: Pick<UserRow, 'roles'>): string {
  return homeOfRoles(readRoles(user.roles));
}

/** The same for somebody whose roles are read. */
export function homeOfRoles(roles: readonly Role[]): string {
  return roles.length > 0 ? '/admin' : '/account';
}

/** Where a browser goes on to, and what it carries. */
export type Onward = { cookies: CookieParts[]; location: string };

export type SignInHouse = { instance: Instance; caller: Caller; ctx: Ctx };

/**
 * After the first factor: a session where that is enough, else a cookie for the page that asks for the
 * second one.
 */
export async function afterFirstFactor(
  { instance, caller, ctx }: SignInHouse,
  input: { user: UserRow; facts: SignInFacts; next: string },
): Promise<Onward> {
  const { user, facts, next } = input;
  const { session: secret } = instance.secrets;
  const step = await secondStepOf(ctx, user, facts);
  if (step === 'none') {
    return { cookies: await sessionCookies({ instance, caller, ctx }, user, facts), location: next };
  }
  if (step === 'enrol') await beginTotp(ctx, user.id, secret);
  const half = { userId: user.id, sessionVersion: user.sessionVersion, facts, next };
  const value = await sealHalf(half, secret, ctx.now());
  return {
    cookies: [{ name: HALF_COOKIE, value, maxAgeSeconds: HALF_SECONDS }],
    location: '/sign-in/second',
  };
}

/** A fresh session in place of the one that this browser had, whoever's that was. */
export async function sessionCookies(
  { instance, caller, ctx }: SignInHouse,
  user: UserRow,
  facts: SignInFacts,
  factor?: FactorKind,
): Promise<CookieParts[]> {
  const { session: secret } = instance.secrets;
  await endSessionOf(instance.db, caller.cookies.get(SESSION_COOKIE), secret, ctx.now());
  const made = await beginSession(ctx, {
    user,
    facts,
    ...(factor === undefined ? {} : { factor }),
    agent: caller.agent,
    sessionSecret: secret,
  });
  return [
    { name: SESSION_COOKIE, ...made },
    { name: HALF_COOKIE, value: '', maxAgeSeconds: 0 },
    deviceCookie(caller, user.login, secret, ctx.now()),
  ];
}

/** Ends this browser's session, here and wherever its cookie was copied to. In a server action. */
export async function endSession(house: Instance): Promise<void> {
  const jar = await nextCookies();
  const cookie = jar.get(wireName(SESSION_COOKIE, cookieTag(house)))?.value;
  await endSessionOf(house.db, cookie, house.secrets.session, new Date());
  await setCookies([{ name: SESSION_COOKIE, value: '', maxAgeSeconds: 0 }]);
}

/** Sets cookies of the portal in a server action. */
export async function setCookies(cookies: readonly CookieParts[]): Promise<void> {
  const jar = await nextCookies();
  const tag = cookieTag(await instance());
  for (const { name, value, maxAgeSeconds: maxAge } of cookies) {
    jar.set(wireName(name, tag), value, { path: '/', secure: true, httpOnly: true, sameSite: 'lax', maxAge });
  }
}
