import { hash } from 'node:crypto';

import type { AuditEventRow } from '../db/audit-events';

/** What the first event names as the one before it: no hash of anything. */
export const FIRST_HASH = '0'.repeat(64);

const DOMAIN = 'hubgate-audit-v1\n';

/**
 * The hash that binds an event to all before it: SHA-256 over a domain prefix and a JSON array of
 * its fields, the previous hash among them. Lower-case hex.
 */
export function auditHash(event: Omit<AuditEventRow, 'hash'>): string {
  return hashOfFields(
    JSON.stringify([
      event.seq,
      event.at.toISOString(),
      event.actor,
      event.action,
      event.target,
      event.outcome,
      event.data,
      event.requestId,
      event.prevHash,
    ]),
  );
}

/** The same from the text of that array. */
export function hashOfFields(fields: string): string {
  return hash('sha256', DOMAIN + fields, 'hex');
}
