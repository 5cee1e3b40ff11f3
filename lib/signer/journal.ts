import { randomBytes } from 'node:crypto';

import { journalAudit, type JournalAudit } from './journal-audit';
import { journalCrls, type JournalCrls } from './journal-crls';
import { openJournalFile } from './journal-file';
import { journalEvents, type JournalEvents } from './journal-events';
import { journalImport, type JournalImport } from './journal-import';
import { journalOcsp, type JournalOcsp } from './journal-ocsp';
import { journalRelints, type JournalRelints } from './journal-relints';
import { journalOrders, type JournalOrders } from './journal-orders';
import { journalPasskeys, type JournalPasskeys } from './journal-passkeys';
import { journalRevocations, type JournalRevocations } from './journal-revocations';

/**
 * The signer's own durable record. One process at a time holds it; every write is on disk
 * (synchronous=FULL) when its method returns. Every method works by keys: none reads a million rows.
 *
 * Methods throw `HubgateError` `start.disk-full` when there is no room; nothing of that write stays.
 */
export type Journal = JournalOrders &
  JournalRevocations &
  JournalCrls &
  JournalImport &
  JournalOcsp &
  JournalAudit &
  JournalRelints &
  JournalPasskeys &
  JournalEvents & {
    /** Where it lies: threads read it by a connection of their own. */
    readonly file: string;
    /**
     * Which journal this is, how many durable writes it has seen, and how many it had seen when it was
     * opened: an old copy may have caught up by what a start writes, but it began behind.
     */
    identity: () => { journalId: string; sequence: number; run: string; openedAtSequence: number };
    /** Instant of the last entry, ms since 1970; 0 when there is none. */
    lastAt: () => number;
    counts: () => { issued: number; revoked: number };
    note: (what: string, now: Date) => void;
    close: () => void;
  };

/**
 * Opens or makes a journal and gives up the intents that a crash left open: their signatures, if any
 * were made, never left the process, and their serials are not used again.
 *
 * @throws {HubgateError} `start.already-running` when another process holds it, `database.newer`,
 *   `signer.journal-damaged`, `ca.file`, `start.disk-full`
 */
export function openJournal(file: string): Journal {
  const held = openJournalFile(file);
  try {
    const { db, durable } = held;
    const abandon = db.prepare(`UPDATE intents SET state = 'abandoned' WHERE state = 'open'`);
    const meta = db.prepare('SELECT journal_id, sequence, last_at, issued, revoked FROM meta');
    const note = db.prepare('INSERT INTO events (at, what) VALUES (?, ?)');
    const read = (): MetaRow => meta.get() as MetaRow;
    const opened = { run: randomBytes(16).toString('hex'), openedAtSequence: read().sequence };
    durable(() => void abandon.run());
    return {
      file,
      ...journalOrders(held),
      ...journalRevocations(held),
      ...journalCrls(held),
      ...journalImport(held),
      ...journalOcsp(held),
      ...journalAudit(held),
      ...journalRelints(held),
      ...journalPasskeys(held),
      ...journalEvents(held),
      identity() {
        const { journal_id, sequence } = read();
        return { journalId: journal_id, sequence, ...opened };
      },
      lastAt: () => read().last_at,
      counts() {
        const { issued, revoked } = read();
        return { issued, revoked };
      },
      note: (what, now) => durable(() => void note.run(now.getTime(), what)),
      close: held.close,
    };
  } catch (error) {
    held.close();
    throw error;
  }
}

type MetaRow = { journal_id: string; sequence: number; last_at: number; issued: number; revoked: number };
