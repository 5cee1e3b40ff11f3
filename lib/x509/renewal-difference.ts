import type { CertificateInfo } from './certificate';
import type { PlannedNames } from './certificate-plan';
import { ipOctets, ipText } from './ip-address';
import { OID } from './oids';

/** What would be issued, as far as a renewal must leave it as it was. */
export type RenewedContent = {
  readonly profile: 'user' | 'server';
  readonly commonName: string;
  readonly san: PlannedNames;
};

/**
 * In what a new certificate would go beyond the old one that it is to renew; null when it does not:
 * same profile, same common name, and no alternative name that the old one lacks. Portal and signer
 * both ask this, each of the certificate that it has on record itself.
 */
export function renewalDifference(
  old: Pick<CertificateInfo, 'commonName' | 'emails' | 'dnsNames' | 'ipAddresses' | 'extKeyUsage' | 'isCa'>,
  next: RenewedContent,
): 'profile' | 'commonName' | 'names' | null {
  const usage = next.profile === 'user' ? OID.clientAuth : OID.serverAuth;
  if (old.isCa || !old.extKeyUsage.includes(usage)) return 'profile';
  if (old.commonName !== next.commonName) return 'commonName';
  const { emails, dnsNames, ipAddresses } = next.san;
  const within =
    isSubset(emails, old.emails) &&
    isSubset(dnsNames, old.dnsNames) &&
    isSubset(ipAddresses.map(canonical), old.ipAddresses.map(canonical));
  return within ? null : 'names';
}

function isSubset(wanted: readonly string[], had: readonly string[]): boolean {
  const known = new Set(had);
  return wanted.every((name) => known.has(name));
}

/** One spelling per address, whichever library wrote it; what is none stays as it is and fits nothing. */
function canonical(address: string): string {
  try {
    return ipText(ipOctets(address));
  } catch {
    return address;
  }
}
