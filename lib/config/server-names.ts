import type { Config } from './schema';

/** Host names and addresses of the site itself, the portal's first, each once. */
export function siteHosts({ site }: Pick<Config, 'site'>): string[] {
  const hosts = [site.url, site.gateUrl, site.canaryUrl, site.httpUrl].map((origin) =>
    new URL(origin).hostname.replace(/^\[(.*)\]$/, '$1'),
  );
  return [...new Set(hosts)];
}

/**
 * What server certificates may name: the site's own hosts, and `pki.serverNames`. The signer has its own
 * copy of this from the ceremony, and decides.
 */
export function certifiedNames(config: Pick<Config, 'site' | 'pki'>): string[] {
  return [...new Set([...siteHosts(config), ...config.pki.serverNames])];
}
