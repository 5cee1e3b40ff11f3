/** Remembers for this browser that the test succeeded: a hint for the pages' words, worth nothing as a proof. */
export const TRUST_HINT = 'hubgate-trusted';

/** When the test succeeded here, by the hint's value; null for none or nonsense. */
export function trustHint(value: string | undefined, now: Date): Date | null {
  if (!value || !/^\d{10}$/u.test(value)) return null;
  const at = new Date(Number(value) * 1000);
  return at <= now ? at : now;
}
