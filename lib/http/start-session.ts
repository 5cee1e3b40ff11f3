import { cookies as nextCookies } from 'next/headers';

import { HubgateError } from '../errors';
import { endSessionOf, sealSession } from '../identity/session';
import { SESSION_COOKIE, SESSION_SECONDS } from '../identity/session-cookie';
import type { Instance } from '../instance';
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

/** Gives this browser a fresh session. In a server action. */
export async function startSession(
  house: Instance,
  user: { id: string; sessionVersion: number; displayName: string },
): Promise<void> {
  const jar = await nextCookies();
  jar.set(SESSION_COOKIE, await sealSession(user, house.secrets.session, new Date()), {
    path: '/',
    secure: true,
    httpOnly: true,
    sameSite: 'lax',
    maxAge: SESSION_SECONDS,
  });
}

/** Ends this browser's session, here and wherever its cookie was copied to. In a server action. */
export async function endSession(house: Instance): Promise<void> {
  const jar = await nextCookies();
  await endSessionOf(house.db, jar.get(SESSION_COOKIE)?.value, house.secrets.session, new Date());
  jar.set(SESSION_COOKIE, '', { path: '/', secure: true, httpOnly: true, sameSite: 'lax', maxAge: 0 });
}
