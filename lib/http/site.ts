import type { Config } from '../config/schema';

/**
 * What the name in the address bar is for. `gate` carries hubs and asks for client certificates;
 * `http` is the plain address for installing the CA; `unknown` is any other name.
 */
export type SiteRole = 'portal' | 'gate' | 'canary' | 'http' | 'unknown';

type SiteConfig = Pick<Config, 'site'>;

/**
 * The role of the name that a request came to. Pure.
 *
 * @param host  the Host header
 * @param proto `https` or `http`, from the front
 */
export function siteRole(host: string | null, proto: string | null, config: SiteConfig): SiteRole {
  const origin = requestOrigin(host, proto);
  if (origin === null) return 'unknown';
  const { url, gateUrl, canaryUrl, httpUrl } = config.site;
  // One name for everything: it carries hubs, so it counts as the gate.
  if (origin === gateUrl) return 'gate';
  if (origin === url) return 'portal';
  if (origin === canaryUrl) return 'canary';
  if (origin === httpUrl) return 'http';
  return 'unknown';
}

/** The origin of a request, default ports left out; null where the header is not a host. */
export function requestOrigin(host: string | null, proto: string | null): string | null {
  if (host === null || !/^[A-Za-z0-9.:[\]-]{1,255}$/.test(host)) return null;
  const candidate = `${proto === 'http' ? 'http' : 'https'}://${host}`;
  return URL.canParse(candidate) ? new URL(candidate).origin : null;
}

/** True where portal and gate are one name: then people cannot sign in on it. */
export function isOneName(config: SiteConfig): boolean {
  return config.site.url === config.site.gateUrl;
}

/** True on the names where portal pages are shown. */
export function showsPortal(role: SiteRole, config: SiteConfig): boolean {
  return role === 'portal' || role === 'unknown' || (role === 'gate' && isOneName(config));
}

/** True only where somebody may sign in: the portal's name, and only if it carries no hubs. */
export function allowsSignIn(role: SiteRole): boolean {
  return role === 'portal';
}

/** Paths that plain http serves; everything else there leads to https. */
export function servedOverHttp(path: string): boolean {
  return (
    path === '/' ||
    path === '/ca' ||
    path.startsWith('/ca/') ||
    path.startsWith('/crl/') ||
    path === '/status' ||
    path === '/healthz' ||
    path.startsWith('/_next/') ||
    path.startsWith('/fonts/')
  );
}
