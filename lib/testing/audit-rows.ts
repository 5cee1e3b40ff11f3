import type { Database } from '../db/client';

/** All audit rows, oldest first. */
export function listAuditEvents(db: Database) {
  return db.prisma.auditEvent.findMany({ orderBy: { seq: 'asc' } });
}
