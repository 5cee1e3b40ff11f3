/** Fingerprints of a segment: sorted in 5 ms, so that a list of a million never holds the process up. */
const SEGMENT = 1 << 16;

/**
 * Many fingerprints in 8 bytes each: their first 64 bits, which among a million leave one chance in
 * 10^13 to take a good key for a listed one. Filled once, then asked.
 */
export type FingerprintSet = {
  /** @param hex at least 16 lower-case hex digits; the first 16 count */
  add: (hex: string) => void;
  /** What was added since the last call is found from now on. */
  settle: () => void;
  has: (hex: string) => boolean;
  readonly size: number;
};

export function fingerprintSet(): FingerprintSet {
  const segments: BigUint64Array[] = [];
  let open = new BigUint64Array(SEGMENT);
  let used = 0;
  let size = 0;

  function settle(): void {
    if (used === 0) return;
    segments.push(open.slice(0, used).sort());
    size += used;
    used = 0;
  }
  return {
    add(hex) {
      if (used === SEGMENT) {
        settle();
        open = new BigUint64Array(SEGMENT);
      }
      open[used] = leading(hex);
      used += 1;
    },
    settle,
    has(hex) {
      const wanted = leading(hex);
      return segments.some((segment) => contains(segment, wanted));
    },
    get size() {
      return size;
    },
  };
}

const leading = (hex: string): bigint => BigInt(`0x${hex.slice(0, 16)}`);

function contains(sorted: BigUint64Array, wanted: bigint): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0n) < wanted) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === wanted;
}
