import { HubgateError } from '../errors';
import type { Database, Tx } from './client';

/** SQLITE_FULL, and PostgreSQL's 53100, in words: that is what the client passes on of them. */
const DISK_FULL = /database or disk is full|No space left on device/;

/**
 * Runs `run` in one transaction: all of it happens, or nothing.
 *
 * Its first statement takes the lock of the audit chain's head, so that all transactions that
 * write audit events run one after another, on both databases: what `run` reads stays true until
 * it ends. On SQLite the adapter has taken the write lock already.
 *
 * Nothing slow belongs in here: no signer, no mail, no network.
 *
 * @throws {HubgateError} `start.disk-full` when the database has no room; nothing of it has happened
 */
export async function inTransaction<T>(db: Database, run: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await db.prisma.$transaction(async (prisma) => {
      if (db.kind === 'postgresql') {
        await prisma.$queryRawUnsafe('SELECT "seq" FROM "AuditHead" WHERE "id" = 1 FOR UPDATE');
      }
      return run({ kind: db.kind, prisma, inTransaction: true });
    });
  } catch (cause) {
    if (!(cause instanceof Error) || !DISK_FULL.test(cause.message)) throw cause;
    throw new HubgateError(
      'start.disk-full',
      "There is no room on the disk of the portal's database. Nothing was changed: make room, then try again.",
      { cause },
    );
  }
}
