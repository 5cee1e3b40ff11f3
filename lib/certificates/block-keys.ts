import { recordAudits, type AuditCtx } from '../audit/record-audit';
import { actorName } from '../ctx';
import { insertBlockedKeys } from '../db/blocked-keys';
import type { Tx } from '../db/client';

export type KeyToBlock = {
  spkiSha256: string;
  /** Why, for people; `keyCompromise` for a revocation. */
  reason: string;
  /** Of the certificate whose revocation blocks it. */
  serial?: string | undefined;
  /** Who the signer says it was, and when; absent: the actor, now. */
  blockedBy?: string | undefined;
  blockedAt?: Date | undefined;
};

/**
 * Blocks keys for ever, in the transaction of what shows that they are compromised: the revocation of
 * a certificate, an operator's word, the signer's journal. What is blocked already is left as it is.
 * The signer has its own list: who calls this has told it, or heard it from there.
 *
 * @returns the hashes that were not blocked before
 */
export async function blockKeys(ctx: AuditCtx, tx: Tx, keys: readonly KeyToBlock[]): Promise<string[]> {
  if (keys.length === 0) return [];
  const fresh = await insertBlockedKeys(
    tx,
    keys.map(({ spkiSha256, reason, serial, blockedBy, blockedAt }) => ({
      spkiSha256,
      reason,
      serial: serial ?? null,
      blockedBy: blockedBy ?? actorName(ctx.actor),
      blockedAt: blockedAt ?? ctx.now(),
    })),
  );
  await recordAudits(
    ctx,
    tx,
    fresh.map(({ spkiSha256, reason, serial, blockedBy }) => ({
      action: 'key.block',
      target: spkiSha256,
      data: { reason, blockedBy, ...(serial === null ? {} : { serial }) },
    })),
  );
  return fresh.map(({ spkiSha256 }) => spkiSha256);
}
