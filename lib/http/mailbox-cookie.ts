import { readToken, signToken } from './signed-token';

const MAILBOX_COOKIE = '__Host-hubgate-mailbox';
/** Time to choose certificates and to confirm; a library's machine forgets soon. */
const MINUTES = 15;

/** The cookie by which this browser may act for a mailbox, once it showed the secret that was sent there. */
export function mailboxCookieParts(email: string, sessionSecret: string, now: Date) {
  const expiresAt = new Date(now.getTime() + MINUTES * 60_000);
  return {
    name: MAILBOX_COOKIE,
    value: signToken({ secret: sessionSecret, purpose: 'lost-mailbox', payload: email, expiresAt }),
    maxAgeSeconds: MINUTES * 60,
  };
}

/** The mailbox that this browser proved within the last minutes, or null. */
export function mailboxOf(
  cookies: ReadonlyMap<string, string>,
  sessionSecret: string,
  now: Date,
): string | null {
  const token = cookies.get(MAILBOX_COOKIE);
  if (token === undefined) return null;
  return readToken({ secret: sessionSecret, purpose: 'lost-mailbox', token, now });
}
