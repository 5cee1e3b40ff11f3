import type { Config } from '../config/schema';
import type { Registration, RegistrationProblem } from './parse-registration';
import { routeOf } from './parse-registration';
import { PORTAL_PATHS } from './portal-paths';
import { isProbeRefused, probeAllowance, type ProbeTarget } from './probe-address';
import type { HubDetails } from './registration-keys';

/** A registered hub, with where the gate sends its visitors. */
export type KnownHub = {
  name: string;
  url: string;
  description: string;
  /** First path segment of `url`: the hub's name at the gate, in maps and policies. Null without one. */
  route: string | null;
  /** Private origin, or null: listed, but not routed by this gate. */
  upstream: string | null;
  details: HubDetails;
  /** Where its health is asked, best first; empty when nowhere. */
  probes: readonly ProbeTarget[];
  /** When its file was written last; milliseconds since 1970. */
  registeredAt: number;
  file: string;
  line: number;
};

/** An origin on this host: the only kind that a registration file may name by itself. */
const LOOPBACK = /^http:\/\/(?:127\.0\.0\.1|\[::1\]):\d{1,5}$/;

/**
 * Joins registrations with the configuration: who is routed where. Registration files are claims of
 * whoever may write them; an address is taken from one only where `hubs.upstreamFromFiles` says so,
 * and only on loopback or where the configuration names the same address.
 */
export function knownHubs(
  registrations: readonly Registration[],
  config: Pick<Config, 'hubs' | 'site'>,
): { hubs: KnownHub[]; problems: RegistrationProblem[] } {
  const problems: RegistrationProblem[] = [];
  const configured = config.hubs.upstream;
  const listed = new Set(Object.values(configured));
  const taken = new Map<string, string>();
  const names = new Set<string>();
  const allowance = probeAllowance(config.hubs.probeAllow);
  const hubs = registrations.map((registration) => {
    const { url, description, details, file, line, registeredAt } = registration;
    // At another origin the path says nothing: it must not borrow route, health and label of a hub here.
    const segment = new URL(url).origin === config.site.gateUrl ? routeOf(url) : null;
    const complain = (code: RegistrationProblem['code'], text: string) =>
      problems.push({ code, file, line, text });
    const ours = segment !== null && PORTAL_PATHS.has(segment);
    if (ours) complain('route-taken', segment);
    const route = ours ? null : segment;
    let upstream = route !== null && Object.hasOwn(configured, route) ? (configured[route] ?? null) : null;
    const claimed = registration.upstream;
    if (upstream === null && route !== null && claimed !== null) {
      if (config.hubs.upstreamFromFiles && (LOOPBACK.test(claimed) || listed.has(claimed)))
        upstream = claimed;
      else complain('upstream-refused', claimed.slice(0, 200));
    }
    if (route !== null && upstream !== null) {
      const first = taken.get(route);
      if (first !== undefined && first !== upstream) {
        complain('route-taken', route);
        upstream = null;
      } else taken.set(route, upstream);
    }
    const probe = registration.probe;
    if (probe !== null && isProbeRefused(probe, allowance)) complain('probe-refused', probe.slice(0, 200));
    const name = freeName(registration.name, names);
    if (name !== registration.name) complain('name-taken', `${registration.name}: ${name}`);
    const probes = probeTargets({ url, upstream, probe }, config);
    return { name, url, description, route, upstream, details, probes, registeredAt, file, line };
  });
  return { hubs, problems };
}

/** `astro-2` may be the second hub of astro.hub and the first of astro-2.hub: the later takes the next number. */
function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number += 1) name = `${wanted.replace(/-\d+$/, '')}-${number}`;
  taken.add(name);
  return name;
}

/**
 * Where the health of a hub is asked, best first: where its file says, at its private address, at its
 * public one. What `hubs.probeAllow` does not cover is passed over when its turn comes. The portal's
 * own names are not asked: they answer for the gate, not for the hub.
 */
function probeTargets(
  { url, upstream, probe }: { url: string; upstream: string | null; probe: string | null },
  { site }: Pick<Config, 'site'>,
): ProbeTarget[] {
  const targets: ProbeTarget[] = [];
  const path = basePath(url);
  if (probe !== null) {
    const own = basePath(probe).replace(/\/hub\/(?:health|api)$/, '');
    targets.push({ base: new URL(probe).origin + (own === '' ? path : own), trusted: false });
  }
  if (upstream !== null) targets.push({ base: upstream + path, trusted: true });
  const { origin } = new URL(url);
  if (upstream === null && ![site.url, site.gateUrl, site.canaryUrl, site.httpUrl].includes(origin)) {
    targets.push({ base: origin + path, trusted: false });
  }
  return targets;
}

function basePath(url: string): string {
  return new URL(url).pathname.replace(/\/+$/, '');
}
