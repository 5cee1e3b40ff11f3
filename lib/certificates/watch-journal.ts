import { z } from 'zod';

import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { readSetting, writeSetting } from '../db/settings';
import { HubgateError } from '../errors';
import type { SignerStatus } from '../wire/status';

/** Which journal, how far it has come, and in which run of the signer that was seen. */
export type JournalMark = { journalId: string; sequence: number; run?: string | undefined };

/** What the signer reports is behind what it reported before. */
export type JournalProblem = { kind: 'other' | 'old'; recorded: JournalMark; reported: JournalMark };

const SETTING = 'signer.journal';
/** Earlier versions recorded no run. */
const Mark = z.object({ journalId: z.string(), sequence: z.int(), run: z.string().optional() });

/** The highest mark that was seen, or null before the first. */
export async function recordedJournal(db: Parameters<typeof readSetting>[0]): Promise<JournalMark | null> {
  const stored = await readSetting(db, SETTING);
  return stored === null ? null : Mark.parse(JSON.parse(stored));
}

/**
 * Asks the signer how it is and holds its journal against the portal's own record: an old copy that was
 * put back has forgotten certificates and revocations, and does not know it. What is newer is recorded.
 *
 * @throws {HubgateError} `signer.down`
 */
export async function watchJournal(
  ctx: Pick<Ctx, 'db' | 'signer'>,
): Promise<{ status: SignerStatus; problem: JournalProblem | null }> {
  // Read before the signer is asked: what another process records meanwhile must not look like a step back.
  const recorded = await recordedJournal(ctx.db);
  const status = await ctx.signer.status();
  const reported = markOf(status);
  if (recorded !== null && recorded.journalId !== reported.journalId) {
    return { status, problem: { kind: 'other', recorded, reported } };
  }
  if (recorded !== null && recorded.sequence > reported.sequence) {
    return { status, problem: { kind: 'old', recorded, reported } };
  }
  // The start of a signer writes, too: a copy that is a few entries old has caught up by now.
  const { openedAtSequence } = status;
  const otherRun = recorded?.run !== undefined && recorded.run !== reported.run;
  if (otherRun && recorded.sequence > openedAtSequence) {
    return {
      status,
      problem: { kind: 'old', recorded, reported: { ...reported, sequence: openedAtSequence } },
    };
  }
  if (recorded?.sequence !== reported.sequence || recorded.run !== reported.run) {
    await inTransaction(ctx.db, async (tx) => {
      // Another process may have seen more since, or an operator may have accepted another journal.
      const stands = await recordedJournal(tx);
      if (stands?.journalId === recorded?.journalId && stands?.sequence === recorded?.sequence) {
        await recordJournal(tx, reported);
      }
    });
  }
  return { status, problem: null };
}

/** What is recorded of a signer's status. */
export function markOf({ journalId, sequence, run }: SignerStatus): JournalMark {
  return { journalId, sequence, run };
}

/** Takes this mark for the right one, whatever was recorded before. */
export async function recordJournal(
  db: Parameters<typeof writeSetting>[0],
  mark: JournalMark,
): Promise<void> {
  await writeSetting(db, SETTING, JSON.stringify(mark));
}

/**
 * The signer's status, when its journal is the one that the portal knows. Before every order and
 * revocation.
 *
 * @throws {HubgateError} `signer.journal-old`, `signer.down`
 */
export async function requireCurrentJournal(ctx: Pick<Ctx, 'db' | 'signer'>): Promise<SignerStatus> {
  const { status, problem } = await watchJournal(ctx);
  if (problem !== null) throw journalOld(problem);
  return status;
}

export function journalOld({ kind, recorded, reported }: JournalProblem): HubgateError {
  const what =
    kind === 'other'
      ? `The signer has another journal (${reported.journalId}) than before (${recorded.journalId}).`
      : `The signer has an old copy of its journal: it stands at ${reported.sequence}, and stood at ${recorded.sequence}.`;
  return new HubgateError(
    'signer.journal-old',
    `${what} Nothing is signed or revoked with it. Restore the newest backup of the journal; ` +
      "if this is the newest there is, check what is missing and accept it on the portal's host: hubgate ca accept-journal",
    { params: { recorded: recorded.sequence, reported: reported.sequence } },
  );
}
