import { hostCookie } from './cookies';
import { readToken, signToken } from './signed-token';

const PREFIX = '__Host-hubgate-r-';
const ID = /^R-[0-9A-HJKMNP-TV-Z]{8}$/;
/** Long enough to come back for the certificate after the approver's holiday. */
const DAYS = 90;
/** The browser sends all of them with every call; the oldest are not worth more room than this. */
const MAX_REMEMBERED = 40;

/** The Set-Cookie value by which this browser may see this request, given after its pick-up secret was shown. */
export function requesterCookie(requestId: string, sessionSecret: string, now: Date): string {
  const { name, value, maxAgeSeconds } = requesterCookieParts(requestId, sessionSecret, now);
  return hostCookie(name, value, maxAgeSeconds);
}

/** The same in parts, for Next's cookie jar in a server action. */
export function requesterCookieParts(requestId: string, sessionSecret: string, now: Date) {
  const expiresAt = new Date(now.getTime() + DAYS * 86_400_000);
  return {
    name: `${PREFIX}${requestId}`,
    value: signToken({ secret: sessionSecret, purpose: 'requester', payload: requestId, expiresAt }),
    maxAgeSeconds: DAYS * 86_400,
  };
}

/** The requests that this browser may see. A cookie under another request's name counts for nothing. */
export function requestIdsOf(
  cookies: ReadonlyMap<string, string>,
  sessionSecret: string,
  now: Date,
): string[] {
  const ids: string[] = [];
  for (const [name, token] of cookies) {
    if (!name.startsWith(PREFIX) || ids.length >= MAX_REMEMBERED) continue;
    const id = name.slice(PREFIX.length);
    if (!ID.test(id)) continue;
    if (readToken({ secret: sessionSecret, purpose: 'requester', token, now }) === id) ids.push(id);
  }
  return ids;
}
