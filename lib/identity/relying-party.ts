import type { Config } from '../config/schema';
import type { RelyingParty } from '../webauthn/client-data';

/**
 * Where this site's passkeys belong: the portal's own name, and its pages alone. The gate may lie below
 * that name; its pages, which carry notebooks, are another origin.
 */
export function relyingParty(config: Pick<Config, 'site'>): RelyingParty {
  return { rpId: new URL(config.site.url).hostname, origins: [config.site.url] };
}
