import NextAuth from 'next-auth';

import { HubgateError, isHubgateError } from '../errors';
import { instance, type Instance } from '../instance';
import { readCaller, type Caller } from './caller';
import { cookieTag, tagCookies } from './cookies';
import { log } from './log';
import { nextAuthOptions } from './next-auth-options';
import { finishOidc, providerOf } from './oidc';
import { problemOf, unexpectedProblem } from './problem';
import { takeToken } from './rate-limit';
import { allowsSignIn } from './site';

type Context = { params: Promise<{ nextauth: string[] }> };

/** What next-auth answers by itself: reading the session and ending it. */
const OPEN: ReadonlySet<string> = new Set(['GET session', 'GET csrf', 'POST signout']);

async function handle(request: Request, context: Context): Promise<Response> {
  const house = await instance();
  const caller = readCaller(request.headers, house);
  try {
    return tagCookies(await answer(request, context, house, caller), cookieTag(house));
  } catch (thrown) {
    if (isHubgateError(thrown)) return problemOf(thrown, caller.requestId);
    log(house.config).error({ requestId: caller.requestId, err: thrown }, 'unexpected failure in a sign-in');
    return unexpectedProblem(caller.requestId);
  }
}

async function answer(
  request: Request,
  context: Context,
  house: Instance,
  caller: Caller,
): Promise<Response> {
  if (!allowsSignIn(caller.site)) {
    throw new HubgateError('auth.wrong-host', `Nobody signs in on this name. Open ${house.config.site.url}.`);
  }
  const [action = '', provider, ...rest] = (await context.params).nextauth;
  if (request.method === 'GET' && action === 'callback' && provider !== undefined && rest.length === 0) {
    takeToken({ name: 'oidc-callback', burst: 60, perMinute: 30 }, caller.addressKey, Date.now());
    const query = Object.fromEntries(new URL(request.url).searchParams);
    return finishOidc(house, caller, { provider: providerOf(house, provider), query });
  }
  if (!OPEN.has(`${request.method} ${action}`) || provider !== undefined) {
    throw new HubgateError('http.not-found', 'There is nothing at this address.');
  }
  const handler = NextAuth(nextAuthOptions(house)) as (
    request: Request,
    context: Context,
  ) => Promise<Response>;
  return handler(request, context);
}

/**
 * Serves `/api/auth/*`: the session for programs, signing out, and the way back from providers of
 * identities. On a name that carries hubs there is no session to read or make, since notebooks run
 * strangers' scripts there.
 */
export const nextAuthRoute = Object.assign(handle, { spec: { access: 'public' as const } });
