/** Longer than any page takes from its server components to the last byte of its HTML. */
const IN_USE_MS = 60_000;

/** Of a list of 500 hubs that is some 15 MB. */
const KEPT_MAX = 64;

type Kept = { html: string; namedAt: number };

// Server components and the server's side of client components are bundled apart, each with its own
// module state: what both share hangs on globalThis.
const holder = globalThis as typeof globalThis & { __hubgateKeptHtml?: Map<string, Kept> };

/**
 * Keeps HTML that was rendered once for many visitors, so that pages can name it by its key.
 *
 * What a server component hands to an element goes out twice: in the HTML, and again as data for
 * React in the browser. A client component that asks `keptHtml` gets the text only while the server
 * renders; its data is the key.
 *
 * @param key  says everything that the text depends on
 * @param html renders it; called when it is not there yet
 * @param now  milliseconds; a text stays for a minute after a page has named it
 * @returns false when there is no room left because all texts are in use: put this one into the page
 */
export function keepHtml(key: string, html: () => string, now: number): boolean {
  const kept = (holder.__hubgateKeptHtml ??= new Map());
  // In the order of use: the first ones were not named for the longest time.
  for (const [old, { namedAt }] of kept) {
    if (now - namedAt <= IN_USE_MS) break;
    kept.delete(old);
  }
  const known = kept.get(key);
  if (known === undefined && kept.size >= KEPT_MAX) return false;
  kept.delete(key);
  kept.set(key, { html: known?.html ?? html(), namedAt: now });
  return true;
}

/** The text of this key; null in a browser, where React leaves alone what the server has rendered. */
export function keptHtml(key: string): string | null {
  return holder.__hubgateKeptHtml?.get(key)?.html ?? null;
}
