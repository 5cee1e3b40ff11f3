import NextAuth from 'next-auth';

import { HubgateError } from '../errors';
import { instance } from '../instance';
import { readCaller } from './caller';
import { nextAuthOptions } from './next-auth-options';
import { problemOf } from './problem';
import { allowsSignIn } from './site';

async function handle(
  request: Request,
  context: { params: Promise<{ nextauth: string[] }> },
): Promise<Response> {
  const house = await instance();
  const caller = readCaller(request.headers, house);
  if (!allowsSignIn(caller.site)) {
    const refusal = new HubgateError(
      'auth.wrong-host',
      `Nobody signs in on this name. Open ${house.config.site.url}.`,
    );
    return problemOf(refusal, caller.requestId);
  }
  const handler = NextAuth(nextAuthOptions(house, caller)) as (
    request: Request,
    context: { params: Promise<{ nextauth: string[] }> },
  ) => Promise<Response>;
  return handler(request, context);
}

/**
 * Serves `/api/auth/*`. On a name that carries hubs there is no session to read or make, since
 * notebooks run strangers' scripts there.
 */
export const nextAuthRoute = Object.assign(handle, { spec: { access: 'public' as const } });
