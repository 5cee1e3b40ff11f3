import { z } from 'zod';

import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { useOneTimeSecret } from '../db/one-time-secrets';
import { findPasskey, insertPasskey, passkeysOf, type PasskeyRow } from '../db/passkeys';
import { HubgateError, isHubgateError, type ErrorCode } from '../errors';
import { passkeyFingerprint } from '../webauthn/fingerprint';
import { readRegistration } from '../webauthn/registration';
import { PASSKEYS_MAX } from './begin-passkey';
import { proposeToSigner } from './propose-passkey';
import { relyingParty } from './relying-party';
import { secretHash } from './secret-hash';
import { allows } from './role-table';
import { WebauthnBytes } from './touch-answer';
import { requirePerson } from './authorise';

/** What the browser hands out for a new passkey. */
export const NewPasskeyAnswer = z.strictObject({
  authenticatorData: WebauthnBytes,
  clientDataJSON: WebauthnBytes,
});
export type NewPasskeyAnswer = z.infer<typeof NewPasskeyAnswer>;

const Payload = z.strictObject({ userId: z.string() });

/**
 * Registers a passkey for the person who is signed in. An approver's is proposed at the signer too;
 * when that fails, the passkey stays and can be proposed again.
 *
 * @param input.name the person's own word for it
 * @returns its fingerprint, and the code for which the signer did not take the proposal
 * @throws {HubgateError} `auth.required`, `passkey.invalid`, `passkey.conflict`, `passkey.too-many`
 */
export async function addPasskey(
  ctx: Ctx,
  input: { name: string; answer: NewPasskeyAnswer },
): Promise<{ id: string; fingerprint: string; notProposed: ErrorCode | null }> {
  const person = requirePerson(ctx);
  const read = readRegistration({ registration: input.answer, party: relyingParty(ctx.config) });
  if (!read.ok) throw new HubgateError('passkey.invalid', `This passkey cannot be used: ${read.why}.`);
  const now = ctx.now();
  const row: Omit<PasskeyRow, 'lastUsedAt'> = {
    id: read.credentialId.toString('base64url'),
    userId: person.userId,
    name: input.name,
    publicKey: Uint8Array.from(read.publicKey),
    counter: read.counter,
    backedUp: read.backedUp,
    createdAt: now,
  };
  const fingerprint = passkeyFingerprint(read.credentialId, read.publicKey);
  await inTransaction(ctx.db, async (tx) => {
    const begun = Payload.safeParse(
      await useOneTimeSecret(tx, { kind: 'passkey', secretHash: secretHash(read.challenge), now }),
    );
    if (!begun.success || begun.data.userId !== person.userId) {
      throw new HubgateError(
        'passkey.invalid',
        'The registration was not begun here, or too long ago. Begin it again.',
      );
    }
    if ((await findPasskey(tx, row.id)) !== null) {
      throw new HubgateError('passkey.conflict', 'This passkey is registered already.');
    }
    if ((await passkeysOf(tx, person.userId)).length >= PASSKEYS_MAX) {
      throw new HubgateError('passkey.too-many', 'Remove a passkey that you no longer use first.');
    }
    await insertPasskey(tx, row);
    await recordAudit(ctx, tx, {
      action: 'passkey.add',
      target: person.name,
      data: { fingerprint, name: input.name, backedUp: read.backedUp },
    });
  });
  return { id: row.id, fingerprint, notProposed: await proposed(ctx, person, row) };
}

async function proposed(
  ctx: Ctx,
  person: ReturnType<typeof requirePerson>,
  row: Omit<PasskeyRow, 'lastUsedAt'>,
): Promise<ErrorCode | null> {
  if (!allows(person.roles, 'requests.decide')) return null;
  try {
    await proposeToSigner(ctx, person, row);
    return null;
  } catch (thrown) {
    if (!isHubgateError(thrown)) throw thrown;
    return thrown.code;
  }
}
