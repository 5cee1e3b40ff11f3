import { isIP } from 'node:net';

/** One entry of `hubs.probeAllow`: a name, a name with its port, an address, or a network. */
export type ProbeRule =
  { kind: 'name'; name: string; port: number | null } | { kind: 'network'; network: string; bits: number };

/**
 * Reads an entry of `hubs.probeAllow`.
 *
 * @returns null when it is none of `name`, `name:port`, `address`, `[address]:port`, `address/bits`
 */
export function readProbeRule(text: string): ProbeRule | null {
  const [network = '', bits, more] = text.split('/');
  const family = isIP(network);
  if (family !== 0 && more === undefined) {
    const width = family === 4 ? 32 : 128;
    if (bits === undefined) return { kind: 'network', network, bits: width };
    const wanted = /^\d{1,3}$/.test(bits) ? Number(bits) : width + 1;
    return wanted <= width ? { kind: 'network', network, bits: wanted } : null;
  }
  const [, name, port] = /^([a-z0-9][a-z0-9.-]{0,252}|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/i.exec(text) ?? [];
  if (name === undefined || Number(port ?? '1') < 1 || Number(port ?? '1') > 65_535) return null;
  return { kind: 'name', name: name.toLowerCase(), port: port === undefined ? null : Number(port) };
}
