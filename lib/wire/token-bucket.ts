/** How often something may be done: a store that fills steadily and holds so many at most. */
export type TokenBucket = {
  /** Takes one; false when there is none. */
  take: () => boolean;
};

/**
 * @param input.perSecond what comes in
 * @param input.burst     what it holds, and begins with
 * @param input.now       milliseconds of a clock that never goes back, such as performance.now
 */
export function tokenBucket(input: { perSecond: number; burst: number; now: () => number }): TokenBucket {
  const { perSecond, burst, now } = input;
  let held = burst;
  let at = now();
  return {
    take() {
      const present = now();
      held = Math.min(burst, held + ((present - at) / 1000) * perSecond);
      at = present;
      if (held < 1) return false;
      held -= 1;
      return true;
    },
  };
}
