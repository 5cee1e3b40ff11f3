import { actorName, type Ctx } from '../ctx';
import { auditHashAt } from '../db/audit-events';
import { inTransaction } from '../db/in-transaction';
import { HubgateError } from '../errors';
import type { SignerClient } from '../signer-client/client';
import { FIRST_HASH } from './audit-hash';
import { recordAudit } from './record-audit';
import { verifyAudit, type AuditVerdict } from './verify-audit';

export type AcceptedAudit = {
  /** The last event of before that stands. */ from: number;
  lostThrough: number;
};

/**
 * Lets the audit chain go on after a database was put back that had forgotten its end. What was sealed
 * and is gone stays told, by every later verification; an event that was changed in place is not accepted.
 *
 * @param input.operator the signer by its operators' socket, which the portal itself cannot open
 * @throws {HubgateError} `signer.audit-seal` when there is nothing to accept or it cannot be,
 *   `auth.forbidden` unless on the host, `signer.down`
 */
export async function acceptAudit(
  ctx: Ctx,
  input: { operator: Pick<SignerClient, 'restartAudit'>; reason: string },
): Promise<AcceptedAudit> {
  if (ctx.actor.kind !== 'host') {
    throw new HubgateError('auth.forbidden', "This is done on the signer's host: hubgate audit accept");
  }
  const from = lastThatStands(await verifyAudit(ctx));
  const hash = from.seq === 0 ? FIRST_HASH : await auditHashAt(ctx.db, from.seq);
  if (hash === null) throw new RangeError(`event ${from.seq} was verified and is gone`);
  const { reason } = input;
  await input.operator.restartAudit({ seq: from.seq, hash, by: actorName(ctx.actor).slice(0, 128), reason });
  await inTransaction(ctx.db, (tx) =>
    recordAudit(ctx, tx, {
      action: 'audit.accept',
      target: 'chain',
      data: { reason, goesOnFrom: from.seq, lostThrough: from.lostThrough },
    }),
  );
  return { from: from.seq, lostThrough: from.lostThrough };
}

/** @throws {HubgateError} `signer.audit-seal` */
function lastThatStands(verdict: AuditVerdict): { seq: number; lostThrough: number } {
  if (verdict.ok && verdict.seals === null) {
    throw new HubgateError('signer.down', 'The signer does not answer: its seals cannot be compared.');
  }
  if (verdict.ok) {
    throw new HubgateError(
      'signer.audit-seal',
      'The audit chain is the one that was sealed: there is nothing to accept.',
    );
  }
  const { problem, brokenAt, through } = verdict;
  if (problem === 'sealed' || problem === 'truncated') return { seq: brokenAt - 1, lostThrough: through };
  throw new HubgateError(
    'signer.audit-seal',
    `Event ${brokenAt} does not fit those before it (${problem}): that is no older copy, somebody changed it. ` +
      'Restore the database from a backup of before.',
    { params: { seq: brokenAt } },
  );
}
