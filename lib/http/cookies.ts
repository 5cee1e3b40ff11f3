import { createHmac } from 'node:crypto';

import type { Instance } from '../instance';

/** Every cookie of the portal begins so; the fronts keep these from hubs. */
const OWN = '__Host-hubgate-';

/**
 * What tells this instance's cookies from those of another portal under the same host name. Ports do
 * not separate cookies (RFC 6265 section 8.5), so a demo beside an evaluation on localhost would sign
 * people out of the other. Empty where the address has no port: then the host name is this portal's alone.
 * It comes from the session secret, so that several web processes agree, and a new state directory differs.
 */
export function cookieTag({ config, secrets }: Pick<Instance, 'config' | 'secrets'>): string {
  if (new URL(config.site.url).port === '') return '';
  return createHmac('sha256', secrets.session).update('cookie names').digest('hex').slice(0, 6);
}

/** How a cookie of ours is called in the browser. */
export function wireName(name: string, tag: string): string {
  return tag === '' ? name : `${name}.${tag}`;
}

/** A Cookie header without other portals' cookies; ours have their plain names. */
export function ownCookies(header: string | null, tag: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of readCookies(header)) {
    if (!name.startsWith(OWN)) found.set(name, value);
    else if (tag === '') found.set(name, value);
    else if (name.endsWith(`.${tag}`)) found.set(name.slice(0, -tag.length - 1), value);
  }
  return found;
}

/** Gives the answer's cookies their names in the browser; those that have theirs already keep them. */
export function tagCookies(answer: Response, tag: string): Response {
  const lines = answer.headers.getSetCookie();
  if (tag === '' || lines.length === 0) return answer;
  answer.headers.delete('set-cookie');
  for (const line of lines) {
    const name = line.slice(0, Math.max(0, line.indexOf('=')));
    const plain = name.startsWith(OWN) && !name.includes('.');
    answer.headers.append('set-cookie', plain ? `${wireName(name, tag)}${line.slice(name.length)}` : line);
  }
  return answer;
}

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
