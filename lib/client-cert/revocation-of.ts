import type { Ctx } from '../ctx';
import { findCertificateRow } from '../db/certificates';
import { RevocationReason } from '../wire/records';
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

/** What a revocation means for whoever shows the certificate, and what they can do. */
export function revokedMessage(reason: RevocationReason, contact: string): string {
  const ask = contact === '' ? 'Ask the CA operators' : `Ask ${contact}`;
  switch (reason) {
    case 'certificateHold':
      return `It is on hold. ${ask} what it takes to end the hold; there is nothing to install.`;
    case 'keyCompromise':
      return 'It was revoked: its key is lost, or known to others. Request a new certificate with a new key.';
    case 'superseded':
      return 'It was revoked: a newer certificate replaces it. Choose that one when the browser asks.';
    case 'cessationOfOperation':
      return 'It was revoked as no longer needed. If you still need access, request a new one.';
    case 'affiliationChanged':
    case 'privilegeWithdrawn':
      return `It was revoked: the right to it has ended. ${ask} if that is wrong.`;
    case 'cACompromise':
      return `It was revoked with its CA. ${ask} how to trust the new one.`;
    case 'unspecified':
      return `It was revoked. ${ask} why, or request a new one.`;
  }
}
