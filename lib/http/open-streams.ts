import { HubgateError } from '../errors';

/** A class behind one address fits; one stranger alone does not fill the house. */
const PER_ADDRESS = 300;
const ALTOGETHER = 2000;

const holder = globalThis as typeof globalThis & { __hubgateStreams?: Map<string, number> };

/**
 * Counts a stream that stays open. Limits on requests say nothing about these: each holds a socket in
 * the front and here for as long as its reader likes.
 *
 * @param key a keyed hash of the reader's address
 * @returns ends it; to be called once
 * @throws {HubgateError} `http.too-many`
 */
export function holdStream(key: string): () => void {
  const open = (holder.__hubgateStreams ??= new Map());
  const mine = open.get(key) ?? 0;
  let all = 0;
  for (const count of open.values()) all += count;
  if (mine >= PER_ADDRESS || all >= ALTOGETHER) {
    throw new HubgateError(
      'http.too-many',
      'Too many pages follow the list of hubs at the moment. The list itself is at /api/v1/hubs.',
      { params: { retryAfterSeconds: 60 } },
    );
  }
  open.set(key, mine + 1);
  return () => {
    const left = (open.get(key) ?? 1) - 1;
    if (left > 0) open.set(key, left);
    else open.delete(key);
  };
}
