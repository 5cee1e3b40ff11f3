import type { Ctx } from '../ctx';
import { auditEventsAfter, auditHead } from '../db/audit-events';
import { requirePermission } from '../identity/authorise';
import { auditHash, FIRST_HASH } from './audit-hash';

export type AuditVerdict =
  | { ok: true; events: number; head: string }
  | { ok: false; events: number; brokenAt: number; problem: 'gap' | 'link' | 'hash' | 'head' };

const PAGE = 1000;

/**
 * Walks the whole chain: finds every edit, gap, reordering, and a chain shorter or longer than its
 * head says. `brokenAt` is the sequence number of the first event that does not hold.
 */
export async function verifyAudit(ctx: Pick<Ctx, 'actor' | 'db'>): Promise<AuditVerdict> {
  requirePermission(ctx, 'audit.read');
  const head = await auditHead(ctx.db);
  let seq = 0;
  let hash = FIRST_HASH;
  for (;;) {
    const page = await auditEventsAfter(ctx.db, seq, PAGE);
    for (const event of page) {
      // Events that came after the head was read belong to the next verification.
      if (event.seq > head.seq) break;
      const broken = { ok: false as const, events: seq, brokenAt: seq + 1 };
      if (event.seq !== seq + 1) return { ...broken, problem: 'gap' };
      if (event.prevHash !== hash) return { ...broken, problem: 'link' };
      if (auditHash(event) !== event.hash) return { ...broken, problem: 'hash' };
      ({ seq, hash } = event);
    }
    if (page.length < PAGE || seq >= head.seq) break;
  }
  if (seq !== head.seq || hash !== head.hash) {
    return { ok: false, events: seq, brokenAt: seq + 1, problem: 'head' };
  }
  return { ok: true, events: seq, head: hash };
}
