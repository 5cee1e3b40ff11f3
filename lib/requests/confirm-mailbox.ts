import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { useOneTimeSecret } from '../db/one-time-secrets';
import { changeRequest } from '../db/requests';
import { HubgateError } from '../errors';
import { accountProof } from './account-facts';
import { requestChecks } from './request-checks';
import { hashSecret } from './request-id';
import { storedChecks } from './request-item';
import { loadRequest, stateOf } from './transition';

/**
 * The requester followed the link in the mail: the mailbox is theirs. Approvals given before are
 * void, since the certificate will now carry the address; once approved, what was approved stands.
 *
 * @throws {HubgateError} `auth.link` when the link is unknown, used or out of date
 */
export async function confirmMailbox(
  ctx: Ctx,
  input: { secret: string },
): Promise<{ id: string; email: string }> {
  const refused = (): HubgateError =>
    new HubgateError('auth.link', 'This link is out of date or was used before.', { field: 'secret' });
  return inTransaction(ctx.db, async (tx) => {
    const now = ctx.now();
    const payload = await useOneTimeSecret(tx, {
      kind: 'mailbox',
      secretHash: hashSecret(input.secret),
      now,
    });
    const { requestId, email } = readPayload(payload) ?? {};
    if (requestId === undefined || email === undefined) throw refused();
    const row = await loadRequest(tx, requestId);
    if (row.email !== email) throw refused();
    const state = stateOf(row);
    if (row.emailState === 'proven') return { id: row.id, email };
    const known = { ...row, emailState: 'proven' };
    const proven = { ...known, accountProof: accountProof(known, row.accountProof === 'sign-in') };
    const { checks, finding } = await requestChecks(tx, ctx.config, proven, storedChecks(row));
    await changeRequest(tx, {
      id: row.id,
      from: state,
      change: {
        emailState: 'proven',
        accountProof: proven.accountProof,
        checks: JSON.stringify(checks),
        finding,
        updatedAt: now,
        ...(state === 'SUBMITTED' && row.emailState !== 'vouched' ? { version: row.version + 1 } : {}),
      },
    });
    await recordAudit(ctx, tx, { action: 'request.mailbox', target: row.id, data: { email } });
    return { id: row.id, email };
  });
}

function readPayload(payload: unknown): { requestId: string; email: string } | null {
  if (typeof payload !== 'object' || payload === null) return null;
  if (!('requestId' in payload) || !('email' in payload)) return null;
  const { requestId, email } = payload;
  return typeof requestId === 'string' && typeof email === 'string' ? { requestId, email } : null;
}
