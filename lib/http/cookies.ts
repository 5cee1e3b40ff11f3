/** Reads a Cookie header (RFC 6265 section 4.2.1). The first of equal names counts. */
export function readCookies(header: string | null): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, Math.max(0, at)).trim();
    if (name !== '' && !found.has(name))
      found.set(
        name,
        pair
          .slice(at + 1)
          .trim()
          .replace(/^"(.*)"$/, '$1'),
      );
  }
  return found;
}

/** A cookie that is to be set; `maxAgeSeconds` 0 forgets it. */
export type CookieParts = { name: string; value: string; maxAgeSeconds: number };

/**
 * A cookie of the portal: `__Host-`, so only this exact https name gets it back (RFC 6265bis
 * section 4.1.3.2), out of reach of scripts, and not sent along from other sites' forms.
 */
export function hostCookie(name: string, value: string, maxAgeSeconds: number): string {
  return `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}`;
}
