import { recordAudits } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { knownSerials, markReleased, markRevoked, revokedSerials } from '../db/certificates';
import type { Database, Tx } from '../db/client';
import { inTransaction } from '../db/in-transaction';
import { publishRevocations } from '../hubs/publish-maps';
import type { RevocationChange } from '../wire/messages';
import { followRevocations } from './follow-revocations';

/** How far each database of this process has taken over the journal's changes. */
const settled = new WeakMap<Database, { journalId: string; seq: number }>();

/** Certificates changed in one transaction. */
const GROUP = 200;

/**
 * Takes over revocations and releases that the signer's journal knows and the portal does not: made
 * by an operator on the host, or by a portal that died before it wrote them down. (Certificates that
 * only the journal knows belong to requests in SIGNING; recover-signing.ts settles those.)
 *
 * @returns the serials that changed
 * @throws {HubgateError} `signer.down`
 */
export async function reconcileJournal(ctx: Ctx): Promise<string[]> {
  const journal = await followRevocations(ctx);
  const { journalId, seq } = journal;
  const before = settled.get(ctx.db);
  const after = before?.journalId === journalId ? before.seq : 0;
  if (after === seq) return [];
  const fresh = (changes: ReadonlyMap<string, RevocationChange>): RevocationChange[] =>
    [...changes.values()].filter((change) => change.seq > after);
  let changes = [...fresh(journal.revoked), ...fresh(journal.released)];
  if (after === 0) changes = await withoutRecorded(ctx, changes);
  const changed: string[] = [];
  for (let at = 0; at < changes.length; at += GROUP) {
    changed.push(...(await takeOver(ctx, changes.slice(at, at + GROUP))));
  }
  settled.set(ctx.db, { journalId, seq });
  if (changed.length > 0) await publishRevocations(ctx);
  return changed;
}

/** The first time in a process all of the journal comes: most of it stands in the database already. */
async function withoutRecorded(ctx: Ctx, changes: RevocationChange[]): Promise<RevocationChange[]> {
  const reasons = new Map(
    (await revokedSerials(ctx.db)).map(({ serial, revocationReason }) => [serial, revocationReason]),
  );
  return changes.filter(({ serial, state, reason }) =>
    state === 'revoked' ? reasons.get(serial) !== reason : reasons.get(serial) === 'certificateHold',
  );
}

async function takeOver(ctx: Ctx, changes: readonly RevocationChange[]): Promise<string[]> {
  const ours = await knownSerials(
    ctx.db,
    changes.map(({ serial }) => serial),
  );
  const known = changes.filter(({ serial }) => ours.has(serial));
  if (known.length === 0) return [];
  return inTransaction(ctx.db, async (tx) => {
    const done: RevocationChange[] = [];
    for (const change of known) if (await record(tx, change)) done.push(change);
    await recordAudits(
      ctx,
      tx,
      done.map(({ serial, state, reason }) => ({
        action: state === 'revoked' ? 'certificate.revoke' : 'certificate.release',
        target: serial,
        data: { reason, from: 'journal' },
      })),
    );
    return done.map(({ serial }) => serial);
  });
}

function record(tx: Tx, { serial, state, reason, revokedAt }: RevocationChange): Promise<boolean> {
  return state === 'revoked'
    ? markRevoked(tx, { serial, revokedAt: new Date(revokedAt), reason })
    : markReleased(tx, serial);
}
