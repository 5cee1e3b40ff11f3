import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { findPasskey, type PasskeyRow } from '../db/passkeys';
import { HubgateError } from '../errors';
import { toBase64url } from '../webauthn/base64url';
import { requirePermission } from './authorise';
import { requirePerson } from './authorise';

/**
 * Asks the signer's operators once more to let approvals count that are given with this passkey: after
 * a proposal ran out, or was made before its owner was an approver.
 *
 * @throws {HubgateError} `auth.*`, `passkey.not-found`, `passkey.conflict`, `passkey.too-many`, `signer.down`
 */
export async function proposePasskey(ctx: Ctx, input: { id: string }): Promise<{ fingerprint: string }> {
  requirePermission(ctx, 'requests.decide');
  const person = requirePerson(ctx);
  const row = await findPasskey(ctx.db, input.id);
  if (row === null || row.userId !== person.userId) {
    throw new HubgateError('passkey.not-found', 'You have no such passkey.');
  }
  const { fingerprint } = await proposeToSigner(ctx, person, row);
  await inTransaction(ctx.db, (tx) =>
    recordAudit(ctx, tx, { action: 'passkey.propose', target: person.name, data: { fingerprint } }),
  );
  return { fingerprint };
}

/** The call to the signer alone, for who may ask. */
export function proposeToSigner(
  ctx: Pick<Ctx, 'signer'>,
  person: { userId: string; name: string },
  row: Pick<PasskeyRow, 'id' | 'publicKey' | 'counter'>,
): Promise<{ fingerprint: string }> {
  return ctx.signer.proposePasskey({
    person: { id: `user:${person.userId}`, name: person.name },
    credentialId: row.id,
    publicKey: toBase64url(row.publicKey),
    counter: row.counter,
  });
}
