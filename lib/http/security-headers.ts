import type { Config } from '../config/schema';

/**
 * The content security policy of a page: own origin only, scripts and styles by nonce. The canary
 * and the gate are named because pages probe them; nothing else is ever fetched from elsewhere.
 */
export function contentSecurityPolicy(
  nonce: string,
  config: Pick<Config, 'site'>,
  origin: string | null,
): string {
  const { url, gateUrl, canaryUrl } = config.site;
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    // The .p12 is built in a thread of its own.
    "worker-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    `img-src 'self' data: blob: ${canaryUrl}`,
    `connect-src 'self' ${[...new Set([url, gateUrl, canaryUrl])].filter((one) => one !== origin).join(' ')}`,
    "font-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/**
 * Strict-Transport-Security, or null where it would do harm: on plain http it means nothing
 * (RFC 6797 section 8.1), on localhost and unusual ports it would turn the http address of the same
 * name into https. Never includeSubDomains: the neighbours are not ours.
 */
export function strictTransport(origin: string | null): string | null {
  if (origin === null) return null;
  const { protocol, hostname, port } = new URL(origin);
  if (protocol !== 'https:' || port !== '') return null;
  if (hostname === 'localhost' || hostname.endsWith('.localhost') || /^[\d.]+$|^\[/.test(hostname))
    return null;
  return 'max-age=31536000';
}
