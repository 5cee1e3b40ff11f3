import { createHmac } from 'node:crypto';
import { isIP } from 'node:net';

import type { FrontTrust, HeaderBag } from '../client-cert/front-trust';

/**
 * The network address of the visitor, from the front. The last entry of X-Forwarded-For is the one
 * that our front wrote; earlier ones are the client's own words. Without a trusted front: `direct`.
 */
export function visitorAddress(headers: HeaderBag, trust: FrontTrust): string {
  if (trust === null) return 'direct';
  const last = headers.get('x-forwarded-for')?.split(',').at(-1)?.trim() ?? '';
  return isIP(last) === 0 ? 'direct' : last;
}

/**
 * A keyed hash of the address, for quotas: the database never holds addresses. IPv6 counts by /64,
 * which is what one household or laptop gets (RFC 6177 section 2).
 */
export function addressKey(address: string, quotaSecret: string): string {
  const unit = isIP(address) === 6 ? ipv6Prefix(address) : address;
  return createHmac('sha256', quotaSecret).update(`address\n${unit}`).digest('hex').slice(0, 32);
}

function ipv6Prefix(address: string): string {
  const [head = '', tail] = (address.split('%')[0] ?? '').toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups =
    tail === undefined
      ? left
      : [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
