import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { HubgateError, isHubgateError } from '../errors';
import { REVOKE_MAX_SERIALS } from '../wire/messages';
import type { Revocation, RevocationReason } from '../wire/records';
import type { CertificateSelect } from './revoke-body';
import { selectCertificates, selectText } from './select-certificates';
import { sendRevocations } from './send-revocations';

/** Progress of revoking many: `batch` when a part stands in journal, portal and gate, `done` at the end. */
export type RevokeEvent =
  | { event: 'batch'; revoked: Revocation[]; done: number; total: number }
  /** `unknown`: serials that the signer's journal does not have. */
  | { event: 'done'; count: number; unknown: string[] };

/**
 * Revokes every certificate of a selection, in batches that the signer takes whole. What a batch did
 * stays done whatever comes after it: after a break the same call, with the smaller count that is left,
 * goes on where it stopped. Authorises nobody: its callers do.
 *
 * @param input.expectedCount as the preview said it
 * @throws {HubgateError} `certificate.count` when the selection holds another number by now
 *   (nothing was revoked), `signer.down`, `signer.ceiling` (the message says how far it came)
 */
export async function* revokeSelection(
  ctx: Ctx,
  input: { select: CertificateSelect; reason: RevocationReason; expectedCount: number },
): AsyncGenerator<RevokeEvent> {
  const { select, reason, expectedCount } = input;
  const { rows, siblings } = await selectCertificates(ctx, { select, reason });
  if (rows.length !== expectedCount) throw otherCount(rows.length, expectedCount);

  const what = selectText(select);
  const total = rows.length;
  const unknown: string[] = [];
  let done = 0;
  try {
    for (let at = 0; at < total; at += REVOKE_MAX_SERIALS) {
      const batch = rows.slice(at, at + REVOKE_MAX_SERIALS).map((row) => row.serial);
      const answer = await sendRevocations(ctx, {
        serials: batch,
        reason,
        about: (serial) => ({ select: what, ...(siblings.has(serial) ? { because: 'same-key' } : {}) }),
        tellHolder: true,
      });
      unknown.push(...answer.unknown);
      done += batch.length;
      yield { event: 'batch', revoked: answer.revoked, done, total };
    }
  } catch (thrown) {
    await recordEnd(ctx, 'failed', { what, reason, done, total, unknown });
    throw isHubgateError(thrown) && done > 0 ? brokenOff(thrown, done, total) : thrown;
  }
  await recordEnd(ctx, 'done', { what, reason, done, total, unknown });
  yield { event: 'done', count: done - unknown.length, unknown };
}

/** One event for the whole, beside those of each certificate. */
async function recordEnd(
  ctx: Ctx,
  outcome: 'done' | 'failed',
  run: { what: string; reason: string; done: number; total: number; unknown: readonly string[] },
): Promise<void> {
  const { what, reason, done, total, unknown } = run;
  await inTransaction(ctx.db, (tx) =>
    recordAudit(ctx, tx, {
      action: 'certificate.revoke-many',
      target: what.slice(0, 100),
      outcome,
      data: { reason, done, total, ...(unknown.length === 0 ? {} : { unknown: unknown.length }) },
    }),
  );
}

function otherCount(count: number, expected: number): HubgateError {
  return new HubgateError(
    'certificate.count',
    `The selection holds ${count} certificates that can be revoked, not ${expected}. Nothing was revoked: ` +
      'look at it again.',
    { field: 'expectedCount', params: { count, expected } },
  );
}

function brokenOff(cause: HubgateError, done: number, total: number): HubgateError {
  return new HubgateError(
    cause.code,
    `${cause.message} ${done} of ${total} certificates are revoked; run it again for the other ${total - done}.`,
    { params: { ...cause.params, done, total }, cause },
  );
}
