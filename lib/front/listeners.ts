import { portOf } from '../config/combinations';
import type { Config } from '../config/schema';

/** What a port serves: `portal` also carries the canary's name, `one-name` is portal and gate in one. */
export type ListenerKind = 'http' | 'portal' | 'gate' | 'one-name';

export type ListenerPlan = {
  kind: ListenerKind;
  port: number;
  /** Host names served here; others are told so (421), but for portal and http, which answer any. */
  hostnames: readonly string[];
  origin: string;
};

/** Here the client certificate is asked for, never required: who has none gets a page. */
export function asksForCertificate({ kind }: Pick<ListenerPlan, 'kind'>): boolean {
  return kind === 'gate' || kind === 'one-name';
}

/** Which ports the embedded front opens: one per port that the addresses of [site] name. */
export function planListeners(config: Pick<Config, 'site'>): ListenerPlan[] {
  const { url, httpUrl, gateUrl, canaryUrl } = config.site;
  const oneName = url === gateUrl;
  const plans: ListenerPlan[] = [
    { kind: 'http', port: portOf(httpUrl), hostnames: [], origin: httpUrl },
    {
      kind: oneName ? 'one-name' : 'portal',
      port: portOf(url),
      hostnames: [url, canaryUrl].filter((origin) => portOf(origin) === portOf(url)).map(hostnameOf),
      origin: url,
    },
  ];
  if (!oneName) {
    plans.push({ kind: 'gate', port: portOf(gateUrl), hostnames: [hostnameOf(gateUrl)], origin: gateUrl });
  }
  if (!plans.some(({ port }) => port === portOf(canaryUrl))) {
    plans.push({
      kind: 'portal',
      port: portOf(canaryUrl),
      hostnames: [hostnameOf(canaryUrl)],
      origin: canaryUrl,
    });
  }
  return plans;
}

export function hostnameOf(origin: string): string {
  return new URL(origin).hostname;
}

/** The host name of a Host header, lower case, without port; null when there is none or it is no host. */
export function hostnameOfHeader(host: string | undefined): string | null {
  if (host === undefined || !/^[A-Za-z0-9.:[\]-]{1,255}$/.test(host)) return null;
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : null;
}

/**
 * What plain http serves: what somebody needs who does not trust the CA yet. Everything else leads
 * to https. A path with dot segments or an encoded part is none of these.
 */
export function servedOverHttp(target: string): boolean {
  const [path = ''] = target.split('?');
  // Base64, whose slashes clients may encode; no dot, so no dot segment.
  if (/^\/ocsp(?:\/(?:[A-Za-z0-9+/=]|%2[bBfF]|%3[dD])*)?$/.test(path)) return true;
  if (/%2e|%2f|%5c|\\|\/\.{1,2}(?:\/|$)/i.test(path)) return false;
  return /^\/(?:$|ca$|ca\/|crl\/|status$|healthz$|_next\/|fonts\/)/.test(path);
}
