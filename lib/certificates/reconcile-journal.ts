import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { findCertificateRow, markRevoked, revokedSerials } from '../db/certificates';
import { inTransaction } from '../db/in-transaction';
import { publishRevocations } from '../hubs/publish-maps';

/**
 * Takes over revocations that the signer's journal knows and the portal does not: made by an
 * operator on the host, or by a portal that died before it wrote them down. (Certificates that only
 * the journal knows belong to requests in SIGNING; recover-signing.ts settles those.)
 *
 * @returns the serials that changed
 * @throws {HubgateError} `signer.down`
 */
export async function reconcileJournal(ctx: Ctx): Promise<string[]> {
  const journal = await ctx.signer.revocations();
  const known = new Set((await revokedSerials(ctx.db)).map((row) => row.serial));
  const changed: string[] = [];
  for (const { serial, reason, revokedAt } of journal) {
    if (known.has(serial) || (await findCertificateRow(ctx.db, serial)) === null) continue;
    await inTransaction(ctx.db, async (tx) => {
      if (!(await markRevoked(tx, { serial, revokedAt: new Date(revokedAt), reason }))) return;
      await recordAudit(ctx, tx, {
        action: 'certificate.revoke',
        target: serial,
        data: { reason, from: 'journal' },
      });
      changed.push(serial);
    });
  }
  if (changed.length > 0) await publishRevocations(ctx);
  return changed;
}
