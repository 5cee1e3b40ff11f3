import { isFresh } from '../client-cert/holder';
import type { Ctx } from '../ctx';
import { HubgateError, isHubgateError } from '../errors';
import { signInWithCertificate } from '../identity/sign-in-with-certificate';
import type { Instance } from '../instance';
import type { Caller } from './caller';
import { handedOverCertificate } from './certificate-cookie';
import { hostCookie } from './cookies';
import { safeNext } from './safe-next';
import { afterFirstFactor, homeOf, homeOfRoles } from './start-session';

/**
 * Signs in whoever has just shown a certificate at the gate, if it is a person's who has an account. Who
 * is signed in already stays who they are: a link from elsewhere may lead here (login CSRF).
 */
export async function signInByCertificate(
  ctx: Ctx,
  input: { instance: Instance; caller: Caller; next: string | undefined },
): Promise<Response> {
  const { instance, caller, next } = input;
  const headers = new Headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  if (ctx.actor.kind === 'person') {
    headers.set('location', safeNext(next, homeOfRoles(ctx.actor.roles)));
    return new Response(null, { status: 303, headers });
  }
  try {
    const status = await handedOverCertificate(caller, instance, ctx);
    if (status === null || !status.accepted || !isFresh(status, ctx.now())) {
      throw new HubgateError('auth.no-certificate', 'Show your certificate at the gate first.');
    }
    const { user, facts } = await signInWithCertificate(ctx, { serial: status.certificate?.serial ?? '' });
    const house = { instance, caller, ctx };
    const onward = await afterFirstFactor(house, { user, facts, next: safeNext(next, homeOf(user)) });
    headers.set('location', onward.location);
    for (const { name, value, maxAgeSeconds } of onward.cookies) {
      headers.append('set-cookie', hostCookie(name, value, maxAgeSeconds));
    }
  } catch (error) {
    if (!isHubgateError(error)) throw error;
    headers.set('location', `/sign-in?problem=${error.code}`);
  }
  return new Response(null, { status: 303, headers });
}
