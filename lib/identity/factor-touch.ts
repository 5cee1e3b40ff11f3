import { z } from 'zod';

import type { Ctx } from '../ctx';
import type { Tx } from '../db/client';
import { insertOneTimeSecret, useOneTimeSecret } from '../db/one-time-secrets';
import { findPasskey, passkeysOf, takePasskeyCounter } from '../db/passkeys';
import { HubgateError } from '../errors';
import { counterRises, verifyAssertion } from '../webauthn/assertion';
import { relyingParty } from './relying-party';
import { freshSecret, secretHash } from './secret-hash';
import type { TouchAnswer, TouchQuestion } from './touch-answer';

/** A touch counts for what it was asked for, and for nothing else. */
const PURPOSES = ['sign-in', 'confirmation'] as const;
export type TouchPurpose = (typeof PURPOSES)[number];

const MINUTES = 5;
const Begun = z.strictObject({ userId: z.string(), purpose: z.enum(PURPOSES) });

/**
 * Asks somebody for a touch of one of their passkeys. The answer names their passkeys: call it only for
 * who has shown the first factor, or is signed in.
 *
 * @throws {HubgateError} `passkey.not-found` for somebody who has none
 */
export async function beginFactorTouch(
  ctx: Pick<Ctx, 'db' | 'now' | 'config'>,
  input: { userId: string; purpose: TouchPurpose },
): Promise<TouchQuestion> {
  const { userId, purpose } = input;
  const allow = (await passkeysOf(ctx.db, userId)).map(({ id }) => id);
  if (allow.length === 0) throw new HubgateError('passkey.not-found', 'You have no passkey.');
  const challenge = freshSecret();
  const now = ctx.now();
  const begun: z.infer<typeof Begun> = { userId, purpose };
  await insertOneTimeSecret(ctx.db, {
    kind: 'factor-touch',
    secretHash: secretHash(challenge),
    payload: begun,
    now,
    expiresAt: new Date(now.getTime() + MINUTES * 60_000),
  });
  return { challenge, rpId: relyingParty(ctx.config).rpId, allow, timeoutMs: MINUTES * 60_000 };
}

/**
 * True when this touch was asked of this person for this, is of a passkey of theirs, and counts on. The
 * challenge is used up with it. WebAuthn Level 3 section 7.2; PIN or finger is required.
 */
export async function takeFactorTouch(
  tx: Tx,
  input: {
    userId: string;
    answer: TouchAnswer;
    purpose: TouchPurpose;
    now: Date;
    site: Ctx['config']['site'];
  },
): Promise<boolean> {
  const { userId, answer, purpose, now, site } = input;
  const passkey = await findPasskey(tx, answer.id);
  if (passkey === null || passkey.userId !== userId) return false;
  const { publicKey } = passkey;
  const touch = verifyAssertion({ publicKey, assertion: answer, party: relyingParty({ site }) });
  if (!touch.ok) return false;
  const begun = Begun.safeParse(
    await useOneTimeSecret(tx, { kind: 'factor-touch', secretHash: secretHash(touch.challenge), now }),
  );
  if (!begun.success || begun.data.userId !== userId || begun.data.purpose !== purpose) return false;
  // A copy of the key shows itself by a counter that does not rise.
  if (!counterRises(passkey.counter, touch.counter)) return false;
  const { counter, backedUp } = touch;
  return takePasskeyCounter(tx, { id: passkey.id, last: passkey.counter, counter, backedUp, at: now });
}

export function wrongTouch(): HubgateError {
  return new HubgateError(
    'auth.passkey',
    'The touch was not asked for here, is too old or used, or is of another passkey than yours.',
  );
}
