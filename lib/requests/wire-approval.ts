import type { Approval } from '../wire/order';

/** An approval as the portal keeps it, of a request or of an event. */
type StoredApproval = {
  approverId: string;
  approver: string;
  createdAt: Date;
  expiresAt: Date;
  digest: string;
  method: string;
  /** JSON. */
  evidence: string | null;
};

/** The same as it is sent to the signer. */
export function wireApproval(row: StoredApproval): Approval {
  return {
    approver: row.approverId,
    name: row.approver,
    approvedAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    digest: row.digest,
    method: methodOf(row.method),
    ...(row.evidence === null ? {} : { evidence: JSON.parse(row.evidence) as Record<string, string> }),
  };
}

function methodOf(method: string): Approval['method'] {
  return method === 'passkey' || method === 'renewal' || method === 'event' ? method : 'session';
}
