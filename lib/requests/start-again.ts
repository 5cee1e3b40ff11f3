import { revokeCertificateOfRequest } from '../certificates/revoke-certificate-of-request';
import { canRevoke } from '../certificates/revocation-reasons';
import type { Ctx } from '../ctx';
import { certificateOfRequest } from '../db/certificates';
import { inTransaction } from '../db/in-transaction';
import type { RequestRow } from '../db/requests';
import { requireRequester } from '../identity/authorise';
import { REQUEST_TRANSITIONS } from './states';
import { loadRequest, stateOf, transition } from './transition';

/**
 * Whether a later request may take the place of this one: its requester has lost the key before the
 * certificate was picked up, and it is a person's own first one. An event's is replaced by its organiser,
 * and a renewal is begun anew with the certificate that it renews.
 *
 * @throws {HubgateError} `request.not-found` without its secret
 */
export async function canStartAgain(ctx: Ctx, input: { id: string }): Promise<boolean> {
  requireRequester(ctx, input.id);
  const row = await loadRequest(ctx.db, input.id);
  if (!isReplaceable(row)) return false;
  if (mayWithdraw(row)) return true;
  const certificate = await certificateOfRequest(ctx.db, row.id);
  return certificate !== null && canRevoke(certificate);
}

/**
 * Ends a request in favour of a later one of the same requester: it is withdrawn, or its certificate
 * revoked as superseded (RFC 5280 section 5.3.1). What is over already stays as it is.
 *
 * @param input.by the request that takes its place
 * @throws {HubgateError} `request.not-found` without its secret, `signer.down`
 */
export async function supersedeRequest(ctx: Ctx, input: { id: string; by: string }): Promise<void> {
  if (!(await canStartAgain(ctx, input))) return;
  const withdrawn = await inTransaction(ctx.db, async (tx) => {
    const row = await loadRequest(tx, input.id);
    if (!mayWithdraw(row)) return false;
    const data = { supersededBy: input.by };
    await transition(ctx, tx, { row, action: 'withdraw', change: { signAfter: null }, data });
    return true;
  });
  if (!withdrawn) await revokeCertificateOfRequest(ctx, { id: input.id, reason: 'superseded' });
}

const isReplaceable = (row: Pick<RequestRow, 'profile' | 'participantId' | 'renewsSerial'>): boolean =>
  row.profile === 'user' && row.participantId === null && row.renewsSerial === null;

const mayWithdraw = (row: Pick<RequestRow, 'state'>): boolean =>
  REQUEST_TRANSITIONS[stateOf(row)].withdraw !== undefined;
