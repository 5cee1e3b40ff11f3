import type { Database, Tx } from './client';

/**
 * Runs `run` in one transaction: all of it happens, or nothing.
 *
 * Its first statement takes the lock of the audit chain's head, so that all transactions that
 * write audit events run one after another, on both databases: what `run` reads stays true until
 * it ends. On SQLite the adapter has taken the write lock already.
 *
 * Nothing slow belongs in here: no signer, no mail, no network.
 */
export async function inTransaction<T>(db: Database, run: (tx: Tx) => Promise<T>): Promise<T> {
  return db.prisma.$transaction(async (prisma) => {
    if (db.kind === 'postgresql') {
      await prisma.$queryRawUnsafe('SELECT "seq" FROM "AuditHead" WHERE "id" = 1 FOR UPDATE');
    }
    return run({ kind: db.kind, prisma, inTransaction: true });
  });
}
