import type { Ctx } from '../ctx';
import { revokedSerials } from '../db/certificates';
import type { Database } from '../db/client';
import { publishRevocations } from '../hubs/publish-maps';
import type { RevocationChange } from '../wire/records';
import { followRevocations } from './follow-revocations';
import { storeReleases, storeRevocations } from './store-revocations';
import { requireCurrentJournal } from './watch-journal';

/** How far each database of this process has taken over the journal's changes. */
const settled = new WeakMap<Database, { journalId: string; seq: number }>();

/** Certificates changed in one transaction. */
const GROUP = 200;

const FROM_JOURNAL = { from: 'journal' } as const;

/**
 * Takes over revocations and releases that the signer's journal knows and the portal does not: made
 * by an operator on the host, or by a portal that died before it wrote them down. Holders are told.
 * (Certificates that only the journal knows belong to requests in SIGNING; recover-signing.ts settles
 * those.)
 *
 * @param input.upTo changes behind this one are left alone: whoever makes them by the portal is about to
 *   write them down, with their own name. Without it, all
 * @returns the serials that changed
 * @throws {HubgateError} `signer.down`, `signer.journal-old`
 */
export async function reconcileJournal(ctx: Ctx, input: { upTo?: number } = {}): Promise<string[]> {
  // An old copy tells of releases that were followed by revocations: nothing of it is taken over.
  await requireCurrentJournal(ctx);
  const journal = await followRevocations(ctx);
  const { journalId } = journal;
  const seq = Math.min(journal.seq, input.upTo ?? journal.seq);
  const before = settled.get(ctx.db);
  const after = before?.journalId === journalId ? before.seq : 0;
  if (after >= seq) return [];
  const fresh = (changes: ReadonlyMap<string, RevocationChange>): RevocationChange[] =>
    [...changes.values()].filter((change) => change.seq > after && change.seq <= seq);
  let revoked = fresh(journal.revoked);
  let released = fresh(journal.released);
  if (after === 0) ({ revoked, released } = await withoutRecorded(ctx, { revoked, released }));
  const changed = [...(await takeOverRevoked(ctx, revoked)), ...(await takeOverReleased(ctx, released))];
  settled.set(ctx.db, { journalId, seq });
  if (changed.length > 0) await publishRevocations(ctx);
  return changed;
}

type Changes = { revoked: RevocationChange[]; released: RevocationChange[] };

/** The first time in a process all of the journal comes: most of it stands in the database already. */
async function withoutRecorded(ctx: Ctx, { revoked, released }: Changes): Promise<Changes> {
  const reasons = new Map(
    (await revokedSerials(ctx.db)).map(({ serial, revocationReason }) => [serial, revocationReason]),
  );
  return {
    revoked: revoked.filter(({ serial, reason }) => reasons.get(serial) !== reason),
    released: released.filter(({ serial }) => reasons.get(serial) === 'certificateHold'),
  };
}

async function takeOverRevoked(ctx: Ctx, changes: readonly RevocationChange[]): Promise<string[]> {
  const changed: string[] = [];
  for (let at = 0; at < changes.length; at += GROUP) {
    const rows = await storeRevocations(ctx, changes.slice(at, at + GROUP), {
      about: () => FROM_JOURNAL,
      tellHolder: true,
    });
    changed.push(...rows.map(({ serial }) => serial));
  }
  return changed;
}

async function takeOverReleased(ctx: Ctx, changes: readonly RevocationChange[]): Promise<string[]> {
  const changed: string[] = [];
  for (let at = 0; at < changes.length; at += GROUP) {
    const serials = changes.slice(at, at + GROUP).map(({ serial }) => serial);
    changed.push(...(await storeReleases(ctx, serials, FROM_JOURNAL)).map(({ serial }) => serial));
  }
  return changed;
}
