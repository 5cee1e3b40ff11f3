import { createHash, timingSafeEqual } from 'node:crypto';

/** Anything that answers for a header by name: Headers, Next's headers(), a test's map. */
export type HeaderBag = { get(name: string): string | null };

/**
 * Whether the headers of this request were written by our front.
 *
 * - `socket`: it came over the Unix socket, which only the front may open (0660). The listening
 *   preload sets `x-hubgate-transport` and deletes what a client sent under that name.
 * - `secret`: it came over TCP with the right `X-Hubgate-Front`. Anyone with a shell on the host
 *   can reach a loopback port, so the address alone proves nothing.
 * - null: nobody vouches; client-certificate and address headers do not count.
 */
export type FrontTrust = 'socket' | 'secret' | null;

export function frontTrust(headers: HeaderBag, frontSecret: string): FrontTrust {
  if (headers.get('x-hubgate-transport') === 'unix') return 'socket';
  const sent = headers.get('x-hubgate-front');
  if (sent !== null && frontSecret !== '' && equalInConstantTime(sent, frontSecret)) return 'secret';
  return null;
}

/** Hashing first gives both sides one length, which timingSafeEqual requires. */
function equalInConstantTime(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
