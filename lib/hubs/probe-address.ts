import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

import { readProbeRule, type ProbeRule } from '../config/probe-rule';

/** Where a hub is asked, decided from configuration and registration; nothing is resolved yet. */
export type ProbeTarget = {
  /** Origin, with the path of the hub's base, without a closing slash. */
  base: string;
  /** An administrator named it, or it is on loopback and they allowed that: no other check. */
  trusted: boolean;
};

/** An address to connect to. The name goes into Host and SNI only. */
export type ProbeEndpoint = {
  address: string;
  port: number;
  /** The name to check the server's certificate for; null without TLS. */
  tlsName: string | null;
  /** For the Host header. */
  host: string;
  path: string;
};

/**
 * Addresses that no name may lead to, since machines answer there that are no hubs: the metadata
 * service of clouds, this network, multicast. A network in the configuration still covers them.
 */
const NEVER_BY_NAME = networks([
  '0.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/3',
  '::/128',
  'fe80::/10',
  'ff00::/8',
]);

const LOOPBACK = ['127.0.0.1', '::1'];

/** `hubs.probeAllow`, ready to ask. Made once per configuration. */
export type ProbeAllowance = { names: Extract<ProbeRule, { kind: 'name' }>[]; networks: BlockList };

const allowances = new WeakMap<readonly string[], ProbeAllowance>();

export function probeAllowance(entries: readonly string[]): ProbeAllowance {
  const known = allowances.get(entries);
  if (known !== undefined) return known;
  const rules = entries.flatMap((entry) => readProbeRule(entry) ?? []);
  const made = {
    names: rules.filter((rule) => rule.kind === 'name'),
    networks: networks(
      rules.flatMap((rule) => (rule.kind === 'network' ? [`${rule.network}/${rule.bits}`] : [])),
    ),
  };
  allowances.set(entries, made);
  return made;
}

/**
 * Resolves a target once and says where to connect: to that address, so that a name which changes its
 * mind between check and connection (DNS rebinding) leads nowhere else.
 *
 * @param resolve the addresses of a name, in order of preference
 * @returns `not-allowed` when no address of it is covered, `no-address` when the name has none
 */
export async function resolveTarget(
  target: ProbeTarget,
  allowed: ProbeAllowance,
  resolve: (name: string) => Promise<readonly string[]> = resolveName,
): Promise<ProbeEndpoint | 'not-allowed' | 'no-address'> {
  const url = new URL(target.base);
  const name = url.hostname.replace(/^\[|\]$/g, '');
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  const found = isIP(name) === 0 ? await resolve(name).catch(() => []) : [name];
  if (found.length === 0) return 'no-address';
  const address = found.find(
    (one) => target.trusted || isAllowed({ hostname: url.hostname, port, address: one }, allowed),
  );
  if (address === undefined) return 'not-allowed';
  return {
    address,
    port,
    tlsName: secure ? name : null,
    host: url.host,
    path: url.pathname.replace(/\/+$/, ''),
  };
}

function isAllowed(
  asked: { hostname: string; port: number; address: string },
  { names, networks: covered }: ProbeAllowance,
): boolean {
  const address = plainAddress(asked.address);
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (covered.check(address, family)) return true;
  if (NEVER_BY_NAME.check(address, family)) return false;
  return names.some(
    ({ name, port }) => name === asked.hostname.toLowerCase() && (port === null || port === asked.port),
  );
}

/**
 * Whether it is certain, without asking for names, that an address is never asked: an address in
 * figures, or a name of loopback, that nothing covers.
 */
export function isProbeRefused(base: string, allowed: ProbeAllowance): boolean {
  const { hostname, port, protocol } = new URL(base);
  const name = hostname.replace(/^\[|\]$/g, '');
  const local = /(?:^|\.)localhost$/i.test(name);
  if (isIP(name) === 0 && !local) return false;
  const asked = { hostname, port: Number(port) || (protocol === 'https:' ? 443 : 80) };
  const addresses = local ? LOOPBACK : [name];
  return !addresses.some((address) => isAllowed({ ...asked, address }, allowed));
}

/** An IPv4 address that hides in an IPv6 one (RFC 4291 section 2.5.5.2) is judged as what it is. */
function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address) ?? [];
  if (high === undefined || low === undefined) return address;
  const [left, right] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [left >> 8, left & 255, right >> 8, right & 255].join('.');
}

function networks(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [network = '', bits = ''] = entry.split('/');
    list.addSubnet(network, Number(bits), isIP(network) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

async function resolveName(name: string): Promise<readonly string[]> {
  // RFC 6761 section 6.3: names below localhost are loopback, which resolvers do not all know.
  if (/(?:^|\.)localhost$/i.test(name)) return LOOPBACK;
  // Without the zone of a link-local address (RFC 4007 section 11), which is refused as it is.
  return (await lookup(name, { all: true })).map(({ address }) => address.replace(/%.*$/, ''));
}
