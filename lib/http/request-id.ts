import { randomBytes } from 'node:crypto';

/**
 * The id that correlates log lines of all processes: the caller's `X-Request-Id` when it is
 * harmless (printable, 8 to 64 characters), otherwise a fresh one.
 */
export function requestIdOf(header: string | null): string {
  if (header !== null && /^[A-Za-z0-9._-]{8,64}$/.test(header)) return header;
  return randomBytes(12).toString('hex');
}
