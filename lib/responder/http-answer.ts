import { OCSP_REQUEST_MAX_BYTES } from '../x509/ocsp-request';
import type { OcspReply } from './responder';

const OCSP_TYPE = 'application/ocsp-response';

/** Largest body of a POST. */
export const OCSP_BODY_MAX_BYTES = OCSP_REQUEST_MAX_BYTES;

/** Caches ask again after this long, though the answer holds longer: a revocation reaches them that soon. */
const MAX_AGE_SECONDS = 3600;
/** What was never issued may be imported in a moment. */
const UNKNOWN_MAX_AGE_SECONDS = 300;

/**
 * Headers of an answer, as RFC 5019 section 6.2 has them; for one client's alone nothing is kept.
 *
 * @param now milliseconds since 1970
 */
export function ocspHeaders(reply: OcspReply, now: number): readonly (readonly [string, string])[] {
  if (reply.kind === 'once') return ONCE;
  const { known, nextUpdate, etag, lastModified, expires } = reply.answer;
  const left = Math.max(0, Math.floor((nextUpdate - now) / 1000) - 1); // "earlier than nextUpdate"
  const maxAge = Math.min(left, known ? MAX_AGE_SECONDS : UNKNOWN_MAX_AGE_SECONDS);
  return [
    ['Content-Type', OCSP_TYPE],
    ['Cache-Control', `max-age=${maxAge}, public, no-transform, must-revalidate`],
    ['Last-Modified', lastModified],
    ['Expires', expires],
    ['ETag', etag],
  ];
}

const ONCE = [
  ['Content-Type', OCSP_TYPE],
  ['Cache-Control', 'no-store'],
] as const;

export function derOf(reply: OcspReply): Uint8Array {
  return reply.kind === 'ready' ? reply.answer.der : reply.der;
}

/** RFC 9110 section 13.1.2: a list of entity tags or `*`; weak ones compare alike for GET. */
export function isNotModified(reply: OcspReply, ifNoneMatch: string | null): boolean {
  if (ifNoneMatch === null || reply.kind !== 'ready') return false;
  const { etag } = reply.answer;
  return ifNoneMatch.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag);
}
