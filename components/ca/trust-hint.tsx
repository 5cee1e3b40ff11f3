/** Remembers for this browser that the test succeeded: a hint for the pages' words, worth nothing as a proof. */
const TRUST_HINT = 'hubgate-trusted';

/**
 * The hint's cookie: readable by scripts, over http too. Its name holds the canary's port where it has
 * one: another portal under the same host name has another root, and ports do not separate cookies.
 */
export function trustHintName(canaryUrl: string): string {
  const { port } = new URL(canaryUrl);
  return port === '' ? TRUST_HINT : `${TRUST_HINT}-${port}`;
}

/** When the test succeeded here, by the hint's value; null for none or nonsense. */
export function trustHint(value: string | undefined, now: Date): Date | null {
  if (!value || !/^\d{10}$/u.test(value)) return null;
  const at = new Date(Number(value) * 1000);
  return at <= now ? at : now;
}
