import type { Ctx } from '../ctx';
import { blockedAmong } from '../db/blocked-keys';
import type { Database } from '../db/client';
import { inTransaction } from '../db/in-transaction';
import { blockKeys } from './block-keys';
import { journalBlockedKeys } from './journal-blocked-keys';

/** How far each database of this process has read the journal's blocked keys. */
const settled = new WeakMap<Database, { journalId: string; seq: number }>();

/**
 * Takes over keys that the signer's journal blocks and the portal does not know: those of certificates
 * that were revoked on the host, of their siblings, and what a portal did not come to write down.
 *
 * @returns how many were new
 * @throws {HubgateError} `signer.down`
 */
export async function mirrorBlockedKeys(ctx: Ctx): Promise<number> {
  const { journalId } = await ctx.signer.status();
  const before = settled.get(ctx.db);
  const after = before?.journalId === journalId ? before.seq : 0;
  let added = 0;
  for await (const { keys: blocked, seq } of journalBlockedKeys(ctx.signer, after)) {
    const known = await blockedAmong(
      ctx.db,
      blocked.map(({ spkiSha256 }) => spkiSha256),
    );
    const fresh = blocked.filter(({ spkiSha256 }) => !known.has(spkiSha256));
    if (fresh.length > 0) {
      const keys = fresh.map(({ spkiSha256, reason, by, at }) => ({
        spkiSha256,
        reason,
        blockedBy: by,
        blockedAt: new Date(at),
      }));
      added += (await inTransaction(ctx.db, (tx) => blockKeys(ctx, tx, keys))).length;
    }
    settled.set(ctx.db, { journalId, seq });
  }
  return added;
}
