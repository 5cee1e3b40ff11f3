import { noteSeen } from '../certificates/note-use';
import { clientCertificate } from '../client-cert/client-certificate';
import type { Ctx } from '../ctx';
import type { Caller } from './caller';
import { isOneName } from './site';

/**
 * The JSON of /status/cert-check: always 200. The portal's page fetches it from the gate's name to
 * tell a failing handshake, no certificate and an accepted one apart, hence CORS with credentials
 * for the portal alone.
 */
export async function certCheckAnswer(ctx: Ctx, request: Request, caller: Caller): Promise<Response> {
  const status = await clientCertificate(request.headers, caller.trust, ctx);
  await noteSeen(ctx, status);
  const { url, gateUrl } = ctx.config.site;
  const elsewhere = caller.site !== 'gate' && !isOneName(ctx.config);
  const body = {
    shown: status.shown,
    accepted: status.accepted,
    reasons: status.reasons,
    ...(status.certificate === undefined ? {} : { certificate: status.certificate }),
    ...(status.revocation === undefined ? {} : { revocation: status.revocation }),
    via: status.via,
    checks: status.checks,
    ...(elsewhere ? { checkAt: `${gateUrl}/status/cert-check` } : {}),
  };
  const headers = new Headers({
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    vary: 'Origin, Accept',
  });
  if (request.headers.get('origin') === url) {
    headers.set('access-control-allow-origin', url);
    headers.set('access-control-allow-credentials', 'true');
  }
  return new Response(`${JSON.stringify(body)}\n`, { headers });
}
