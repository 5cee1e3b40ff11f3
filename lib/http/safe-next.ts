/** A path of this site to go on to after signing in; anything else, such as `//evil.example`, becomes `fallback`. */
export function safeNext(next: string | undefined, fallback: string): string {
  if (next === undefined || !/^\/(?![/\\])[\x21-\x7e]{0,500}$/.test(next)) return fallback;
  return next.includes('\\') ? fallback : next;
}
