import type { Ctx } from '../ctx';
import { derOf, isNotModified, OCSP_BODY_MAX_BYTES, ocspHeaders } from '../responder/http-answer';
import { requestInTarget } from '../responder/ocsp-target';
import { openResponder, type Responder } from '../responder/responder';
import { readBody } from './body';
import { log } from './log';
import type { Limit } from './rate-limit';
import type { SiteRole } from './site';

export const OCSP_SITES: readonly SiteRole[] = ['portal', 'gate', 'http', 'unknown'];
/** A gate asks for all of its visitors from one address. */
export const OCSP_LIMIT: Limit = { name: 'ocsp', burst: 2_000, perMinute: 12_000 };

const BODY_SECONDS = 10;

// Next bundles modules twice; one follower of the journal is enough.
const holder = globalThis as typeof globalThis & { __hubgateResponders?: Map<string, Responder> };

/** The responder of this process, opened at the first question: most portals are never asked one. */
function responderOf({ signer, config, paths }: Ctx): Responder {
  const responders = (holder.__hubgateResponders ??= new Map());
  const key = paths.signerWebSocket;
  const before = responders.get(key);
  if (before) return before;
  const responder = openResponder({ signer, now: Date.now, log: log(config) });
  responders.set(key, responder);
  return responder;
}

/**
 * Answers a question of OCSP that came through the portal.
 *
 * @throws {HubgateError} `http.too-large`, `http.malformed` for a body that does not come whole
 */
export async function ocspAnswer(ctx: Ctx, request: Request): Promise<Response> {
  const bytes =
    request.method === 'POST'
      ? await readBody(request, { maxBytes: OCSP_BODY_MAX_BYTES, seconds: BODY_SECONDS })
      : requestInTarget(new URL(request.url).pathname);
  const reply = await responderOf(ctx).answer(bytes ?? new Uint8Array());
  const headers = new Headers(
    ocspHeaders(reply, Date.now()).map(([name, value]): [string, string] => [name, value]),
  );
  if (request.method !== 'POST' && isNotModified(reply, request.headers.get('if-none-match'))) {
    headers.delete('content-type');
    return new Response(null, { status: 304, headers });
  }
  const der = derOf(reply);
  headers.set('content-length', String(der.length));
  return new Response(request.method === 'HEAD' ? null : new Uint8Array(der), { status: 200, headers });
}
