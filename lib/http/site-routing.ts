import type { Config } from '../config/schema';
import { hubOfPath } from '../hubs/portal-paths';
import { allowsSignIn, isOneName, servedOverHttp, type SiteRole } from './site';

/** Why a name does not serve an address: `front.refused` of the catalogue words it. */
export type SiteRefusal = 'canary' | 'portal-only' | 'one-name';

export type SiteDecision =
  | { kind: 'serve' }
  | { kind: 'rewrite'; path: string; status?: 403 | 404 | 503 }
  | { kind: 'redirect'; location: string; status: 303 | 307 | 308 }
  | { kind: 'refuse'; status: 403 | 404; why: SiteRefusal };

/** The outside path stays /status/cert-check; programs get this route's JSON. */
const CERT_CHECK_JSON = '/api/cert-check';

/** The pages that explain why the gate did not open; the fronts ask for them. */
const GATE_PAGES = new Map([
  ['/gate-refused', 403],
  ['/gate-hub-down', 503],
] as const);
const GATE_NO_HUB = '/gate-no-hub/';

/**
 * How bin/spoken-errors.mjs asks once more for an address whose page had a status and no words, and how
 * an answer says that it has some.
 */
export const WORDLESS_HEADER = 'x-hubgate-wordless';
export const SAID_HEADER = 'x-hubgate-said';

/** Pages with those words, rendered like any other: what `notFound()` shows, only a script can draw. */
const MISSING = '/missing';
const FORBIDDEN = `${MISSING}/forbidden`;

/** Pages for signed-in people. */
const PEOPLE_ONLY = /^\/(admin|sign-in|setup|sponsor|events)(\/|$)/;

/** Which name serves what, for pages. Pure; the table is in the test. */
export function routeFor(input: {
  site: SiteRole;
  path: string;
  search: string;
  method: string;
  accept: string | null;
  /** `404` or `403`: the page of this address ended so, without words. */
  wordless: string | null;
  config: Pick<Config, 'site'>;
}): SiteDecision {
  const decision = placeFor(input);
  if (decision.kind !== 'serve') return decision;
  if (input.wordless === '403') return { kind: 'rewrite', path: FORBIDDEN, status: 403 };
  if (input.wordless === '404') return { kind: 'rewrite', path: missingPage(input.path), status: 404 };
  // Nobody is sent there; who types it reads the same.
  if (input.path === MISSING || input.path.startsWith(`${MISSING}/`)) {
    return { kind: 'rewrite', path: MISSING, status: 404 };
  }
  return decision;
}

function missingPage(path: string): string {
  if (/^\/admin(?:\/|$)/.test(path)) return `${MISSING}/admin`;
  return /^\/hubs\/[^/]+$/.test(path) ? `${MISSING}/hub` : MISSING;
}

function placeFor(input: {
  site: SiteRole;
  path: string;
  search: string;
  method: string;
  accept: string | null;
  config: Pick<Config, 'site'>;
}): SiteDecision {
  const { site, path, search, method, accept, config } = input;
  const { url, gateUrl } = config.site;
  const read = method === 'GET' || method === 'HEAD';
  const status = read ? 307 : 308;

  // What the fronts show instead of a hub. Apache passes on the status of the page itself, whatever
  // name the visitor gave: a hub's client must never take the explanation for the hub's answer.
  for (const [page, said] of GATE_PAGES) if (path === page) return { kind: 'rewrite', path, status: said };
  if (path.startsWith(GATE_NO_HUB)) return { kind: 'rewrite', path, status: 404 };
  if (site === 'canary') {
    return { kind: 'refuse', status: 404, why: 'canary' };
  }
  if (site === 'http') {
    if (servedOverHttp(path)) return { kind: 'serve' };
    return { kind: 'redirect', location: `${url}${path}${search}`, status: 308 };
  }
  if (path === '/status/cert-check' && wantsJson(accept)) return { kind: 'rewrite', path: CERT_CHECK_JSON };
  if (PEOPLE_ONLY.test(path) && !allowsSignIn(site)) {
    return { kind: 'refuse', status: 403, why: isOneName(config) ? 'one-name' : 'portal-only' };
  }
  // What would be a hub and was not taken by the front is none, or is not routed.
  const hub = site === 'gate' && read ? hubOfPath(path) : null;
  if (hub !== null) return { kind: 'rewrite', path: `${GATE_NO_HUB}${hub}`, status: 404 };
  if (site === 'gate' && !isOneName(config)) {
    // The gate shows cert-check and explains; everything else is the portal's.
    if (path === '/status/cert-check' || /^\/hubs(?:\/|$)/.test(path)) return { kind: 'serve' };
    if (path === '/') return { kind: 'redirect', location: `${gateUrl}/status/cert-check`, status };
    return { kind: 'redirect', location: `${url}${path}${search}`, status };
  }
  if (site === 'unknown') return { kind: 'redirect', location: `${url}${path}${search}`, status };
  return { kind: 'serve' };
}

/**
 * Where a page can be opened again, for links to it in another language. The explanation of the gate
 * stands at the address of a hub, which leads there only by way of the front: its neighbour explains as well.
 */
export function pagePath(path: string, search: string): string {
  const shownForHub = path.startsWith(GATE_NO_HUB) || [...GATE_PAGES.keys()].some((page) => path === page);
  return shownForHub ? '/status/cert-check' : `${path}${search}`;
}

/** True when the caller asks for JSON and not for a page: `Accept: application/json`. */
export function wantsJson(accept: string | null): boolean {
  return accept !== null && /\bapplication\/json\b/i.test(accept) && !/\btext\/html\b/i.test(accept);
}
