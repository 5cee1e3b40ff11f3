/**
 * Where a key stands in a TOML text: the parser gives values without positions, and an error that
 * names no line sends people searching.
 *
 * Reads line by line: table headers, dotted keys and quoted keys. Keys inside inline tables are
 * found by the line of the outermost key that the line names. Never throws; a key that is not found
 * (because it has its default) gives null.
 *
 * @param text the file as it was read
 * @param path the key, from the outermost table
 * @returns the line, counted from 1, or null
 */
export function lineOfKey(text: string, path: readonly string[]): number | null {
  let table: string[] = [];
  let best: { depth: number; line: number } | null = null;
  let closing: '"""' | "'''" | null = null;
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    if (closing !== null) {
      if (raw.includes(closing)) closing = null;
      continue;
    }
    const line = raw.trim();
    const header = /^\[\[?\s*(.+?)\s*\]\]?\s*(?:#.*)?$/.exec(line);
    if (header?.[1] !== undefined && !line.includes('=')) {
      table = splitKey(header[1]);
      best = closer(best, matched(table, path), index + 1);
      continue;
    }
    const assignment = /^((?:"[^"]*"|'[^']*'|[A-Za-z0-9_\-. \t])+?)\s*=(.*)$/.exec(line);
    if (assignment?.[1] === undefined || line.startsWith('#')) continue;
    const full = [...table, ...splitKey(assignment[1])];
    best = closer(best, matched(full, path), index + 1);
    closing = opensMultiline(assignment[2] ?? '');
  }
  return best?.line ?? null;
}

/** How many leading parts of `path` a key covers; 0 when it is another key. */
function matched(key: readonly string[], path: readonly string[]): number {
  if (key.length > path.length) return 0;
  return key.every((part, index) => part === path[index]) ? key.length : 0;
}

function closer(best: { depth: number; line: number } | null, depth: number, line: number) {
  return depth > (best?.depth ?? 0) ? { depth, line } : best;
}

function splitKey(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  );
}

function opensMultiline(value: string): '"""' | "'''" | null {
  for (const mark of ['"""', "'''"] as const) {
    if (value.split(mark).length === 2) return mark;
  }
  return null;
}
