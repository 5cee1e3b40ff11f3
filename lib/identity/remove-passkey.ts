import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import type { Tx } from '../db/client';
import { inTransaction } from '../db/in-transaction';
import { deletePasskey, findPasskey, passkeysOf } from '../db/passkeys';
import { findUserById } from '../db/users';
import { HubgateError } from '../errors';
import { passkeyFingerprint } from '../webauthn/fingerprint';
import { takeFactorTouch, wrongTouch } from './factor-touch';
import { requirePerson } from './authorise';
import type { TouchAnswer } from './touch-answer';

/**
 * The portal forgets a passkey of the person who is signed in and asks for it no more. At the signer it
 * counts until an operator removes it there. The last second factor goes only with a touch of it, as an
 * app goes only with a code of it.
 *
 * @param input.answer the touch, asked for by beginFactorTouch() for the removal
 * @throws {HubgateError} `auth.required`, `passkey.not-found`, `auth.passkey`
 */
export async function removePasskey(
  ctx: Ctx,
  input: { id: string; answer?: TouchAnswer },
): Promise<{ fingerprint: string }> {
  const person = requirePerson(ctx);
  return inTransaction(ctx.db, async (tx) => {
    const row = await findPasskey(tx, input.id);
    if (row?.userId === person.userId && (await isLastFactor(tx, person.userId))) {
      const { answer } = input;
      const asked = {
        userId: person.userId,
        purpose: 'removal' as const,
        now: ctx.now(),
        site: ctx.config.site,
      };
      if (answer === undefined || !(await takeFactorTouch(tx, { ...asked, answer }))) throw wrongTouch();
    }
    if (row === null || !(await deletePasskey(tx, { id: input.id, userId: person.userId }))) {
      throw new HubgateError('passkey.not-found', 'You have no such passkey.');
    }
    const fingerprint = passkeyFingerprint(Buffer.from(row.id, 'base64url'), row.publicKey);
    await recordAudit(ctx, tx, { action: 'passkey.remove', target: person.name, data: { fingerprint } });
    return { fingerprint };
  });
}

/** Nothing else would be left to ask for at the next sign-in. */
async function isLastFactor(tx: Tx, userId: string): Promise<boolean> {
  const [user, passkeys] = [await findUserById(tx, userId), await passkeysOf(tx, userId)];
  return passkeys.length === 1 && (user?.totpConfirmedAt ?? null) === null;
}
