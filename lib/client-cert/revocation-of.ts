import type { Ctx } from '../ctx';
import { findCertificateRow } from '../db/certificates';
import { RevocationReason } from '../wire/records';
import { said, type Said } from '../x509/check-result';
import { journalRevocations } from './revoked-serials';

/**
 * Why this certificate is revoked, or null when it is not. The journal is the truth; the portal's row
 * stands in for it, and whichever says revoked counts. So the end of a hold counts once the portal has
 * taken it over, from a journal that it knows to be the current one.
 */
export async function revocationOf(ctx: Ctx, serial: string): Promise<RevocationReason | null> {
  const journal = await journalRevocations(ctx);
  const heard = journal?.revoked.get(serial);
  if (heard) return heard.reason;
  const row = await findCertificateRow(ctx.db, serial);
  if (row?.state !== 'REVOKED') return null;
  return RevocationReason.catch('unspecified').parse(row.revocationReason);
}

/** What a revocation means for whoever shows the certificate, and what they can do. @param contact may be '' */
export function revokedSaid(reason: RevocationReason, contact: string): Said {
  const asking = (what: 'held' | 'right' | 'ca' | 'why'): Said =>
    contact === '' ? said(`revoked.${what}-operators`) : said(`revoked.${what}`, { contact });
  switch (reason) {
    case 'certificateHold':
      return asking('held');
    case 'keyCompromise':
      return said('revoked.key');
    case 'superseded':
      return said('revoked.superseded');
    case 'cessationOfOperation':
      return said('revoked.unneeded');
    case 'affiliationChanged':
    case 'privilegeWithdrawn':
      return asking('right');
    case 'cACompromise':
      return asking('ca');
    case 'unspecified':
      return asking('why');
  }
}
