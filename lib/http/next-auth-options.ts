import type { NextAuthOptions } from 'next-auth';

import { endSessionOfToken, personOfToken, sessionRules } from '../identity/session';
import { SESSION_COOKIE } from '../identity/session-cookie';
import type { Instance } from '../instance';
import { cookieTag, wireName } from './cookies';

/**
 * next-auth's options for one call. The portal's own forms begin sessions (lib/http/sign-in.ts); these
 * routes serve `/api/auth/*` for programs that read the session, and signing out.
 */
export function nextAuthOptions(house: Instance): NextAuthOptions {
  const cookie = { httpOnly: true, secure: true, sameSite: 'lax' as const, path: '/' };
  const tag = cookieTag(house);
  const named = (name: string) => ({ name: wireName(name, tag), options: cookie });
  const rules = sessionRules(house.config, house.secrets.session);
  return {
    secret: rules.secret,
    session: { strategy: 'jwt', maxAge: Math.floor(rules.absoluteMs / 1000) },
    pages: { signIn: '/sign-in', error: '/sign-in' },
    cookies: {
      sessionToken: named(SESSION_COOKIE),
      csrfToken: named('__Host-hubgate-csrf'),
      callbackUrl: named('__Host-hubgate-callback'),
    },
    providers: [],
    callbacks: {
      async session({ session, token }) {
        // Only what a page needs, and only while the session is alive; roles are read at each call.
        const person = await personOfToken(house.db, token, rules, new Date(), { seen: false });
        if (person === null) return { expires: new Date(0).toISOString() };
        return { expires: session.expires, user: { name: token.name ?? null } };
      },
    },
    events: {
      signOut: ({ token }) => endSessionOfToken(house.db, token, new Date()),
    },
    logger: { error: () => undefined, warn: () => undefined, debug: () => undefined },
  };
}
