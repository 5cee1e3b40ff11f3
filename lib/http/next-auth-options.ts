import type { NextAuthOptions } from 'next-auth';
import CredentialsProvider from 'next-auth/providers/credentials';

import { endSessionOfToken, newSessionClaims, type SessionClaims } from '../identity/session';
import { SESSION_COOKIE, SESSION_SECONDS } from '../identity/session-cookie';
import { signInWithPassword } from '../identity/sign-in-with-password';
import type { Instance } from '../instance';
import { makeCtx, type Caller } from './caller';
import { limitSignIn } from './sign-in-limits';
import { requireSignInHost } from './start-session';

/**
 * next-auth's options for one call. The portal's own forms make the same session without its
 * client script (lib/http/sign-in.ts); these routes serve `/api/auth/*` for programs and sign-out.
 */
export function nextAuthOptions(house: Instance, caller: Caller): NextAuthOptions {
  const cookie = { httpOnly: true, secure: true, sameSite: 'lax' as const, path: '/' };
  return {
    secret: house.secrets.session,
    session: { strategy: 'jwt', maxAge: SESSION_SECONDS },
    pages: { signIn: '/sign-in', error: '/sign-in' },
    cookies: {
      sessionToken: { name: SESSION_COOKIE, options: cookie },
      csrfToken: { name: '__Host-hubgate-csrf', options: cookie },
      callbackUrl: { name: '__Host-hubgate-callback', options: cookie },
    },
    providers: [
      CredentialsProvider({
        name: 'Password',
        credentials: { login: { type: 'text' }, password: { type: 'password' } },
        async authorize(credentials) {
          requireSignInHost(caller.site, house);
          if (!credentials?.login || !credentials.password) return null;
          const ctx = makeCtx(house, caller, { kind: 'visitor', addressKey: caller.addressKey });
          limitSignIn(caller.addressKey, credentials.login, ctx.now());
          const user = await signInWithPassword(ctx, credentials);
          return { id: user.id, name: user.displayName, ...newSessionClaims(user, ctx.now()) };
        },
      }),
    ],
    callbacks: {
      jwt({ token, user }) {
        if (!user || !('sessionId' in user)) return token;
        const { sessionVersion, sessionId, signedInAt } = user as typeof user & SessionClaims;
        return { ...token, sessionVersion, sessionId, signedInAt };
      },
      session({ session, token }) {
        // Only what the page needs; roles are read from the database at each call.
        return { expires: session.expires, user: { name: token.name ?? null } };
      },
    },
    events: {
      signOut: ({ token }) => endSessionOfToken(house.db, token, new Date()),
    },
    logger: { error: () => undefined, warn: () => undefined, debug: () => undefined },
  };
}
