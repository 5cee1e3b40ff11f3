import { describe, expect, it } from 'vitest';

import { tokenBucket } from './token-bucket';

describe('a token bucket', () => {
  it('gives what it holds, then what comes in, and never holds more than its size', () => {
    let at = 0;
    const bucket = tokenBucket({ perSecond: 10, burst: 3, now: () => at });
    const taken = (times: number) =>
      Array.from({ length: times }, () => bucket.take()).filter(Boolean).length;
    expect(taken(5)).toBe(3);
    at = 99;
    expect(taken(1)).toBe(0);
    at = 200;
    expect(taken(5)).toBe(2);
    at = 60_000;
    expect(taken(9)).toBe(3);
  });
});
