import { createHash } from 'node:crypto';

import type { Ctx } from '../ctx';
import { insertOneTimeSecret } from '../db/one-time-secrets';
import { passkeysOf } from '../db/passkeys';
import { HubgateError } from '../errors';
import { COSE_ALGORITHMS } from '../webauthn/cose-key';
import { relyingParty } from './relying-party';
import { freshSecret, secretHash } from './secret-hash';
import { requirePerson } from './authorise';
import { requireConfirmed } from './confirmation';

/** Enough for everybody's keys, phone and laptop. */
export const PASSKEYS_MAX = 10;
const MINUTES = 10;

/** What `navigator.credentials.create` is given; bytes are base64url. */
export type PasskeyWish = {
  challenge: string;
  rpId: string;
  rpName: string;
  user: { id: string; name: string };
  algorithms: readonly number[];
  /** Passkeys that are registered already: the same authenticator is not taken twice. */
  exclude: string[];
  timeoutMs: number;
};

/**
 * Begins the registration of a passkey for the person who is signed in, and has just shown again what they
 * have. Whoever holds the challenge has it from here, so addPasskey() asks for nothing more.
 *
 * @throws {HubgateError} `auth.required`, `auth.confirm`, `passkey.too-many`
 */
export async function beginPasskey(ctx: Ctx): Promise<PasskeyWish> {
  const person = requirePerson(ctx);
  await requireConfirmed(ctx);
  const own = await passkeysOf(ctx.db, person.userId);
  if (own.length >= PASSKEYS_MAX) {
    throw new HubgateError(
      'passkey.too-many',
      `You have ${own.length} passkeys. Remove one that you no longer use.`,
    );
  }
  const challenge = freshSecret();
  const now = ctx.now();
  await insertOneTimeSecret(ctx.db, {
    kind: 'passkey',
    secretHash: secretHash(challenge),
    payload: { userId: person.userId },
    now,
    expiresAt: new Date(now.getTime() + MINUTES * 60_000),
  });
  return {
    challenge,
    rpId: relyingParty(ctx.config).rpId,
    rpName: ctx.config.site.name,
    // WebAuthn section 5.4.3: no name of the person, at most 64 octets.
    user: {
      id: createHash('sha256').update(`hubgate-user\n${person.userId}`).digest('base64url'),
      name: person.name,
    },
    algorithms: COSE_ALGORITHMS,
    exclude: own.map(({ id }) => id),
    timeoutMs: MINUTES * 60_000,
  };
}
