import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/** What asks the DNS; tests hand in their own. */
type Lookup = (host: string) => Promise<unknown>;

/**
 * Whether the canary's name exists in the DNS as this server sees it. Where it does not, no browser
 * reaches the canary, and that one cannot says nothing about its trust. Only a plain "there is no such
 * name" counts: a resolver that is silent for a moment proves nothing.
 */
export async function canaryNameExists(canaryUrl: string, ask: Lookup = lookup): Promise<boolean> {
  const { hostname } = new URL(canaryUrl);
  // Browsers take *.localhost for themselves without asking (RFC 6761 section 6.3).
  if (/(?:^|\.)localhost$/.test(hostname) || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return true;
  try {
    await ask(hostname);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOTFOUND';
  }
}
