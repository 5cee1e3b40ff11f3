import { recordAudits, type AuditEntry } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { markReleased, markRevoked } from '../db/certificates';
import type { Tx } from '../db/client';
import { inTransaction } from '../db/in-transaction';
import { certificatesBySerial, type RevocableRow } from '../db/revocable-certificates';
import type { Revocation } from '../wire/records';
import { mailHoldEnded, mailRevoked } from './revocation-mails';
import { isOnHold } from './revocation-reasons';

/** How revocations came about, for the audit log and the mails. */
export type RevocationStory = {
  /** What the audit event of this certificate says beside serial, reason and name. */
  about: (serial: string) => Readonly<Record<string, unknown>>;
  /** False where the holder did it themself. */
  tellHolder: boolean;
};

/**
 * Writes revocations that stand in the signer's journal into the portal: state, audit events and mails
 * in one transaction. What the portal knows already is left as it is, so that the same may come twice;
 * a hold that became a real revocation is a change.
 *
 * @returns the certificates that changed
 */
export async function storeRevocations(
  ctx: Ctx,
  revocations: readonly Pick<Revocation, 'serial' | 'reason' | 'revokedAt'>[],
  story: RevocationStory,
): Promise<RevocableRow[]> {
  if (revocations.length === 0) return [];
  return inTransaction(ctx.db, async (tx) => {
    const rows = await rowsBySerial(tx, revocations);
    const changed = revocations.flatMap((revocation) => {
      const row = rows.get(revocation.serial);
      if (row === undefined) return [];
      const stands = row.state === 'REVOKED' && !(isOnHold(row) && revocation.reason !== 'certificateHold');
      return stands ? [] : [{ row, revocation }];
    });
    await markRevoked(
      tx,
      changed.map(({ revocation: { serial, reason, revokedAt } }) => ({
        serial,
        reason,
        revokedAt: new Date(revokedAt),
      })),
    );
    await recordAudits(
      ctx,
      tx,
      changed.flatMap(({ row, revocation: { reason } }) =>
        twice(row, 'certificate.revoke', { reason, ...story.about(row.serial) }),
      ),
    );
    if (story.tellHolder) await mailRevoked(ctx, tx, changed);
    return changed.map(({ row }) => row);
  });
}

/**
 * Writes ends of holds that stand in the signer's journal into the portal, in the same way.
 *
 * @returns the certificates that changed
 */
export async function storeReleases(
  ctx: Ctx,
  serials: readonly string[],
  about: Readonly<Record<string, unknown>>,
): Promise<RevocableRow[]> {
  if (serials.length === 0) return [];
  return inTransaction(ctx.db, async (tx) => {
    const changed = (await certificatesBySerial(tx, serials)).filter(isOnHold);
    await markReleased(
      tx,
      changed.map(({ serial }) => serial),
    );
    await recordAudits(
      ctx,
      tx,
      changed.flatMap((row) => twice(row, 'certificate.release', about)),
    );
    await mailHoldEnded(ctx, tx, changed);
    return changed;
  });
}

async function rowsBySerial(
  tx: Tx,
  revocations: readonly Pick<Revocation, 'serial'>[],
): Promise<Map<string, RevocableRow>> {
  const rows = await certificatesBySerial(
    tx,
    revocations.map(({ serial }) => serial),
  );
  return new Map(rows.map((row) => [row.serial, row]));
}

/** In the certificate's own history, and in that of the request that people remember. */
function twice(row: RevocableRow, action: string, data: Readonly<Record<string, unknown>>): AuditEntry[] {
  const all = { serial: row.serial, commonName: row.commonName, ...data };
  return [row.serial, ...(row.requestId === null ? [] : [row.requestId])].map((target) => ({
    action,
    target,
    data: all,
  }));
}
