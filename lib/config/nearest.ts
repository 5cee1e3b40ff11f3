/**
 * The known word nearest to a mistyped one, or null when none is near enough to be meant.
 *
 * Levenshtein distance, at most a third of the longer word (and at least 2): `gateurl` finds
 * `gateUrl`, `colour` finds nothing in `port`, `host`.
 */
export function nearestWord(typed: string, known: readonly string[]): string | null {
  let best: { word: string; distance: number } | null = null;
  for (const word of known) {
    const distance = levenshtein(typed.slice(0, 64).toLowerCase(), word.toLowerCase());
    if (best === null || distance < best.distance) best = { word, distance };
  }
  if (best === null) return null;
  return best.distance <= Math.max(2, Math.floor(Math.max(typed.length, best.word.length) / 3))
    ? best.word
    : null;
}

function levenshtein(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const substitution = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, substitution));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
