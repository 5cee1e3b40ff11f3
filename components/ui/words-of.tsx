import type { Translate } from '#lib/ctx';

/**
 * Sentences for a client component, by key. Values that only the browser knows stay as `{name}` for
 * `filled`: list them in `open`.
 */
export function wordsOf<K extends string>(
  t: Translate,
  prefix: string,
  keys: readonly K[],
  open: readonly string[] = [],
): Record<K, string> {
  const values = Object.fromEntries(open.map((name) => [name, `{${name}}`]));
  return Object.fromEntries(keys.map((key) => [key, t(`${prefix}.${key}`, values)])) as Record<K, string>;
}

/** Puts values into a sentence that came from `wordsOf`. */
export function filled(sentence: string, values: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/gu, (whole, name: string) => String(values[name] ?? whole));
}
