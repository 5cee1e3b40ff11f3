import { createHash } from 'node:crypto';

import type { AuditEventRow } from '../db/audit-events';

/** What the first event names as the one before it: no hash of anything. */
export const FIRST_HASH = '0'.repeat(64);

/**
 * The hash that binds an event to all before it: SHA-256 over a domain prefix and a JSON array of
 * its fields, the previous hash among them. Lower-case hex.
 */
export function auditHash(event: Omit<AuditEventRow, 'hash'>): string {
  const fields = [
    event.seq,
    event.at.toISOString(),
    event.actor,
    event.action,
    event.target,
    event.outcome,
    event.data,
    event.requestId,
    event.prevHash,
  ];
  return createHash('sha256').update('hubgate-audit-v1\n').update(JSON.stringify(fields)).digest('hex');
}
