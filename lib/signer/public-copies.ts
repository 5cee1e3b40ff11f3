import { join } from 'node:path';

import type { CertificateInfo } from '../x509/certificate';
import { writeDurably } from './ca-files';

/** The CA as everybody may know it. `former`: signing CAs of before, newest first. */
export type PublicCa = {
  root: CertificateInfo;
  signing: CertificateInfo;
  former: readonly CertificateInfo[];
  rootCrl: Uint8Array | null;
};

/** File names under the portal's folder of public copies. */
export const BUNDLE = 'ca-bundle.pem';
export const FORMER = 'former-cas.pem';

/**
 * Writes the copies that portal and front go by. `signing-ca.pem` comes last: whoever sees it finds
 * the rest.
 */
export function writePublicCopies(caDir: string, ca: PublicCa, now: Date): void {
  const { root, signing, former, rootCrl } = ca;
  const at = (name: string): string => join(caDir, name);
  writeDurably(at('root-ca.pem'), root.pem, 0o644);
  if (rootCrl !== null) writeDurably(at('root-ca.crl'), rootCrl, 0o644);
  if (former.length > 0) writeDurably(at(FORMER), former.map(({ pem }) => pem).join(''), 0o644);
  writeDurably(at(BUNDLE), gateBundle(ca, now), 0o644);
  writeDurably(at('signing-ca.pem'), signing.pem, 0o644);
}

/** Who may vouch for people at the gate, PEM: signing CA, former ones that have not ended, root; each once. */
export function gateBundle({ root, signing, former }: Omit<PublicCa, 'rootCrl'>, now: Date): string {
  const all = [signing, ...former.filter(({ notAfter }) => notAfter > now), root];
  return [...new Set(all.map(({ pem }) => pem))].join('');
}
