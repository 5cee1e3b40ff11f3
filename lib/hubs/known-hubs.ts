import type { Config } from '../config/schema';
import type { Registration, RegistrationProblem } from './parse-registration';
import { routeOf } from './parse-registration';
import { PORTAL_PATHS } from './portal-paths';

/** A registered hub, with where the gate sends its visitors. */
export type KnownHub = {
  name: string;
  url: string;
  description: string;
  /** First path segment of `url`: the hub's name at the gate, in maps and policies. Null without one. */
  route: string | null;
  /** Private origin, or null: listed, but not routed by this gate. */
  upstream: string | null;
  file: string;
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
  const hubs = registrations.map((registration) => {
    const { name, url, description, file, line } = registration;
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
    return { name, url, description, route, upstream, file };
  });
  return { hubs, problems };
}
