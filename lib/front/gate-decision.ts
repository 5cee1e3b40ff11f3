import { COMPLETE, mapKeyOfName, mapKeyOfUnit, UNITS_ASKED } from '../hubs/gate-map-file';
import type { ShownCertificate } from './shown-certificate';

/** Why the gate does not let a visitor in; the portal's page words each. */
export type Refusal =
  | 'none-shown'
  | 'expired'
  | 'not-yet-valid'
  | 'unknown-issuer'
  | 'revoked'
  | 'not-listed'
  | 'revocations-unknown';

export type GateDecision =
  | { to: 'portal' }
  | { to: 'hub'; hub: string; upstream: string }
  | { to: 'refused'; hub: string; why: Refusal }
  | { to: 'bad-path' };

export type GateMaps = {
  hubs: ReadonlyMap<string, string> | null;
  access: ReadonlyMap<string, string> | null;
  revoked: ReadonlyMap<string, string> | null;
};

/** The first path segment, exactly as Apache's rule takes it: no decoding, lower case. */
const HUB_SEGMENT = /^\/([a-z0-9][a-z0-9-]*)(?:[/?]|$)/;

/** A dot segment, encoded or not: no browser sends one, and it could climb out of the hub's own path. */
const DOT_SEGMENT = /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?:[/\\?#]|%2f|%5c|$)/i;

/**
 * Where a request to the gate goes. Deny by default: a hub is entered only with a certificate that
 * verifies, is not revoked by a list that is complete, and is named (or `any`) in access.map; a name
 * with `no` is out whatever else is said.
 * Asked for every request, so that an open connection is cut off too.
 *
 * @param target the request target as received, such as /astro/hub?x=1
 */
export function decideGate(
  target: string,
  shown: ShownCertificate,
  maps: GateMaps,
  mayRouteTo: (upstream: string) => boolean,
): GateDecision {
  const hub = HUB_SEGMENT.exec(target)?.[1];
  const upstream = hub === undefined ? undefined : maps.hubs?.get(hub);
  if (hub === undefined || upstream === undefined || !mayRouteTo(upstream)) return { to: 'portal' };
  const [path = ''] = target.split('?');
  if (DOT_SEGMENT.test(path)) return { to: 'bad-path' };
  const why = refusalOf(hub, shown, maps);
  return why === null ? { to: 'hub', hub, upstream } : { to: 'refused', hub, why };
}

function refusalOf(hub: string, shown: ShownCertificate, maps: GateMaps): Refusal | null {
  if (shown.verify === 'NONE') return 'none-shown';
  if (shown.verify !== 'SUCCESS') return shown.why;
  const revocation = revocationOf(shown.serial, maps.revoked);
  if (revocation !== null) return revocation;
  // Several names are none: the other fronts would read different ones.
  if (shown.commonName === null) return 'not-listed';
  const { access } = maps;
  const named = access?.get(`${hub}/${mapKeyOfName(shown.commonName)}`);
  if (named === 'no') return 'not-listed';
  if (named === 'yes' || access?.get(hub) === 'any') return null;
  const ofUnit = shown.units
    .slice(0, UNITS_ASKED)
    .some((unit) => access?.get(mapKeyOfUnit(hub, unit)) === 'yes');
  return ofUnit ? null : 'not-listed';
}

/**
 * @param serial upper-case hex of even length
 * @returns null when the list is complete and does not hold the serial
 */
export function revocationOf(
  serial: string,
  revoked: ReadonlyMap<string, string> | null,
): 'revoked' | 'revocations-unknown' | null {
  if (revoked?.get(COMPLETE.key) !== COMPLETE.value) return 'revocations-unknown';
  return revoked.has(serial) ? 'revoked' : null;
}

/** Routed addresses: an http origin on loopback, or one that the administrator's configuration names. */
export function upstreamGuard(configured: readonly string[]): (upstream: string) => boolean {
  const listed = new Set(configured);
  return (upstream) =>
    listed.has(upstream) || /^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):\d{1,5}$/.test(upstream);
}
