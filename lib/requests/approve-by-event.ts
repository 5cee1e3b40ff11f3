import { randomUUID } from 'node:crypto';

import type { Ctx } from '../ctx';
import { insertApproval } from '../db/approvals';
import type { Tx } from '../db/client';
import type { RequestRow } from '../db/requests';
import type { EventEvidence } from '../wire/event';
import { approvalEnd } from './approval-times';
import { approvedContent } from './approved-content';
import type { RequestState } from './states';
import { transition } from './transition';

/**
 * Approves a request that came by a valid invitation, in the name of the event that was approved
 * before; the signer holds it against its own copy of that. In the transaction that stores the request.
 *
 * @throws {HubgateError} `signer.ca-missing`, `certificate.outlives-issuer`
 */
export async function approveByEvent(
  ctx: Ctx,
  tx: Tx,
  row: RequestRow,
  evidence: EventEvidence,
): Promise<RequestState> {
  const now = ctx.now();
  const approver = `event:${evidence.event}`;
  const asEvent: Ctx = { ...ctx, actor: { kind: 'system', name: approver } };
  const { content, digest } = await approvedContent(ctx, row);
  await insertApproval(tx, {
    id: randomUUID(),
    requestId: row.id,
    version: row.version,
    approverId: approver,
    approver,
    digest,
    content: JSON.stringify(content),
    method: 'event',
    evidence: JSON.stringify(evidence),
    createdAt: now,
    expiresAt: approvalEnd(now),
  });
  return transition(asEvent, tx, {
    row,
    action: 'approve',
    to: 'APPROVED',
    change: {
      decidedBy: approver,
      decidedAt: now,
      question: null,
      // Nobody has to be given time to undo it.
      signAfter: ctx.config.signing.auto ? now : null,
    },
    data: { digest, event: evidence.event },
  });
}
