import { randomUUID } from 'node:crypto';

import type { Ctx } from '../ctx';
import { insertApproval } from '../db/approvals';
import type { Tx } from '../db/client';
import type { RequestRow } from '../db/requests';
import { RenewalEvidence } from '../wire/renewal-proof';
import { approvalEnd } from './approval-times';
import { approvedContent } from './approved-content';
import type { RequestState } from './states';
import { stateOf, transition } from './transition';

/** Who approves where the centre's renewal policy does; no person has this name. */
export const RENEWAL_POLICY = 'policy:renewal';

/**
 * Approves a renewal in the name of the policy that the centre configured. Call it only once the
 * policy said yes (lib/certificates/renewal-policy.ts); in the transaction that stores the request.
 *
 * With the old key's signature the signer checks for itself and needs nobody else; without it this is
 * one approval of `approval.count`, and none at all where approvals need a touch.
 *
 * @throws {HubgateError} `signer.ca-missing`, `certificate.outlives-issuer`
 */
export async function approveRenewal(ctx: Ctx, tx: Tx, row: RequestRow): Promise<RequestState> {
  const asPolicy: Ctx = { ...ctx, actor: { kind: 'system', name: RENEWAL_POLICY } };
  const now = ctx.now();
  const { content, digest } = await approvedContent(ctx, row);
  const evidence = evidenceOf(row);
  // The policy has no finger: people decide on it then.
  if (evidence === null && ctx.config.approval.require === 'passkey') return stateOf(row);
  await insertApproval(tx, {
    id: randomUUID(),
    requestId: row.id,
    version: row.version,
    approverId: RENEWAL_POLICY,
    approver: RENEWAL_POLICY,
    digest,
    content: JSON.stringify(content),
    method: evidence === null ? 'session' : 'renewal',
    evidence: evidence === null ? null : JSON.stringify(evidence),
    createdAt: now,
    expiresAt: approvalEnd(now),
  });
  const needed = evidence === null ? ctx.config.approval.count : 1;
  return transition(asPolicy, tx, {
    row,
    action: 'approve',
    to: needed === 1 ? 'APPROVED' : 'SUBMITTED',
    change:
      needed === 1
        ? {
            decidedBy: RENEWAL_POLICY,
            decidedAt: now,
            question: null,
            // Nobody has to be given time to undo it.
            signAfter: ctx.config.signing.auto ? now : null,
          }
        : {},
    data: { digest, approvals: 1, needed, renews: row.renewsSerial, policy: true },
  });
}

function evidenceOf(row: RequestRow): RenewalEvidence | null {
  if (row.renewsSerial === null || row.renewalProof === null) return null;
  return RenewalEvidence.parse({ serial: row.renewsSerial, signature: row.renewalProof });
}
