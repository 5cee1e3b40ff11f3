import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { deletePasskey, findPasskey } from '../db/passkeys';
import { HubgateError } from '../errors';
import { passkeyFingerprint } from '../webauthn/fingerprint';
import { requirePerson } from './authorise';
import { requireConfirmed } from './confirmation';

/**
 * The portal forgets a passkey of the person who is signed in and asks for it no more. At the signer it
 * counts until an operator removes it there.
 *
 * @throws {HubgateError} `auth.required`, `auth.confirm`, `passkey.not-found`
 */
export async function removePasskey(ctx: Ctx, input: { id: string }): Promise<{ fingerprint: string }> {
  const person = requirePerson(ctx);
  await requireConfirmed(ctx);
  return inTransaction(ctx.db, async (tx) => {
    const row = await findPasskey(tx, input.id);
    if (row === null || !(await deletePasskey(tx, { id: input.id, userId: person.userId }))) {
      throw new HubgateError('passkey.not-found', 'You have no such passkey.');
    }
    const fingerprint = passkeyFingerprint(Buffer.from(row.id, 'base64url'), row.publicKey);
    await recordAudit(ctx, tx, { action: 'passkey.remove', target: person.name, data: { fingerprint } });
    return { fingerprint };
  });
}
