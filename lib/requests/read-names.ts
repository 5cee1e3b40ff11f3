import { isIP } from 'node:net';

/**
 * Names of a server as people type them: one a line, or with commas or blanks between. Only told apart
 * here; what may be certified is readWish()'s to say.
 */
export function readNames(text: string): { dnsNames: string[]; ipAddresses: string[] } {
  const names = text
    .split(/[\s,;]+/u)
    .map((name) => name.replace(/^\[(.*)\]$/u, '$1'))
    .filter((name) => name !== '');
  return {
    dnsNames: names.filter((name) => isIP(name) === 0),
    ipAddresses: names.filter((name) => isIP(name) !== 0),
  };
}
