import { randomBytes } from 'node:crypto';

import { noteSeen } from '../certificates/note-use';
import { clientCertificate } from '../client-cert/client-certificate';
import { createHandOverCode, HAND_OVER_STATE, takeHandOverCode } from '../client-cert/hand-over';
import type { Ctx } from '../ctx';
import { HubgateError, isHubgateError } from '../errors';
import type { Instance } from '../instance';
import type { Caller } from './caller';
import { certificateCookie } from './certificate-cookie';
import { hostCookie } from './cookies';
import { safeNext } from './safe-next';
import { showsPortal, type SiteRole } from './site';

/** Holds `<state>|<next>` while the browser is at the gate. */
const STATE_COOKIE = '__Host-hubgate-hand-over';
const STATE_SECONDS = 300;

/** Portal: gives this browser a state and leads it to the gate. */
export function startHandOver(ctx: Ctx, site: SiteRole, next: string | undefined): Response {
  requirePortal(ctx, site);
  const state = randomBytes(24).toString('base64url');
  const back = Buffer.from(safeNext(next, '/')).toString('base64url');
  return redirectTo(`${ctx.config.site.gateUrl}/auth/certificate?state=${state}`, [
    hostCookie(STATE_COOKIE, `${state}|${back}`, STATE_SECONDS),
  ]);
}

/** Gate: a code for the certificate that was shown, or the page that says why there is none. */
export async function handOver(
  ctx: Ctx,
  input: { state: string | undefined; request: Request; caller: Caller },
): Promise<Response> {
  const { url, gateUrl } = ctx.config.site;
  if (input.caller.site !== 'gate')
    throw new HubgateError('http.not-found', 'There is nothing at this address.');
  // Without a state there is no browser to bind the code to: the portal gives one first.
  if (input.state === undefined || !HAND_OVER_STATE.test(input.state)) {
    return redirectTo(`${url}/auth/certificate/start`, []);
  }
  const status = await clientCertificate(input.request.headers, input.caller.trust, ctx);
  await noteSeen(ctx, status);
  if (!status.accepted) return redirectTo(`${gateUrl}/status/cert-check`, []);
  const code = await createHandOverCode(ctx, { status, state: input.state });
  return redirectTo(`${url}/auth/certificate/finish?code=${code}&state=${input.state}`, []);
}

/** Portal: the code becomes a cookie that names the certificate. */
export async function finishHandOver(
  ctx: Ctx,
  input: { code: string; state: string; site: SiteRole; instance: Instance; caller: Caller },
): Promise<Response> {
  requirePortal(ctx, input.site);
  const [state = '', back = ''] = (input.caller.cookies.get(STATE_COOKIE) ?? '').split('|');
  const forget = hostCookie(STATE_COOKIE, '', 0);
  try {
    if (state === '' || state !== input.state) {
      throw new HubgateError('auth.code', 'This sign-in by certificate began in another browser. Try again.');
    }
    const identity = await takeHandOverCode(ctx, { code: input.code, state });
    const next = safeNext(Buffer.from(back, 'base64url').toString(), '/');
    return redirectTo(next, [certificateCookie(identity, input.instance.secrets.session, ctx.now()), forget]);
  } catch (error) {
    if (!isHubgateError(error)) throw error;
    return redirectTo(`/status/cert-check?problem=${error.code}`, [forget]);
  }
}

function requirePortal(ctx: Ctx, site: SiteRole): void {
  if (!showsPortal(site, ctx.config))
    throw new HubgateError('http.not-found', 'There is nothing at this address.');
}

function redirectTo(location: string, cookies: readonly string[]): Response {
  const headers = new Headers({ location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  for (const cookie of cookies) headers.append('set-cookie', cookie);
  return new Response(null, { status: 303, headers });
}
