import { HubgateError } from '../errors';

/** A token bucket's size and refill. */
export type Limit = { name: string; burst: number; perMinute: number };

type Bucket = { tokens: number; at: number };

/** More strangers than this at once push the longest-idle ones out; memory stays bounded (some 10 MB). */
const MAX_BUCKETS = 50_000;

const holder = globalThis as typeof globalThis & { __hubgateBuckets?: Map<string, Bucket> };

/**
 * Takes one token of the caller's bucket. Buckets live in this process: with several web processes
 * the limit is per process, which is enough against floods.
 *
 * @param key a keyed hash of the address, or a login name
 * @param nowMs the caller's clock in milliseconds
 * @throws {HubgateError} `http.too-many` with `retryAfterSeconds`
 */
export function takeToken(limit: Limit, key: string, nowMs: number): void {
  const buckets = (holder.__hubgateBuckets ??= new Map());
  const id = `${limit.name}\n${key}`;
  const perMs = limit.perMinute / 60_000;
  const before = buckets.get(id) ?? { tokens: limit.burst, at: nowMs };
  const tokens = Math.min(limit.burst, before.tokens + Math.max(0, nowMs - before.at) * perMs);
  buckets.delete(id); // to the end of the map's order: the first entry is the longest idle
  if (tokens < 1) {
    buckets.set(id, { tokens, at: nowMs });
    const retryAfterSeconds = Math.ceil((1 - tokens) / perMs / 1000);
    throw new HubgateError(
      'http.too-many',
      `Too many requests from your network. Try again in ${retryAfterSeconds} s.`,
      { params: { retryAfterSeconds } },
    );
  }
  buckets.set(id, { tokens: tokens - 1, at: nowMs });
  if (buckets.size > MAX_BUCKETS) {
    const oldest = buckets.keys().next().value;
    if (oldest !== undefined) buckets.delete(oldest);
  }
}
