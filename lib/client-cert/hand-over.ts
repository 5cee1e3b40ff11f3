import { createHash, randomBytes } from 'node:crypto';

import { z } from 'zod';

import type { Ctx } from '../ctx';
import { insertOneTimeSecret, useOneTimeSecret } from '../db/one-time-secrets';
import { HubgateError } from '../errors';
import { type HandedOver, HandedOverSchema } from './handed-over';
import type { ClientCertificateStatus } from './status';

/** The browser follows one redirect in this time. */
const CODE_SECONDS = 60;

/** Made by the portal, kept in a cookie there, carried through the gate: binds the code to this browser. */
export const HAND_OVER_STATE = /^[A-Za-z0-9_-]{22,64}$/;

const Payload = z.strictObject({ stateHash: z.string(), identity: HandedOverSchema });

/**
 * On the gate's name: a one-time code for the certificate that was shown there, bound to the state
 * that the portal gave this browser.
 *
 * @throws {HubgateError} `auth.no-certificate` when none was shown or it is not accepted
 */
export async function createHandOverCode(
  ctx: Ctx,
  input: { status: ClientCertificateStatus; state: string },
): Promise<string> {
  const { status, state } = input;
  if (!status.accepted || status.certificate === undefined) {
    throw new HubgateError(
      'auth.no-certificate',
      status.reasons[0]?.message ?? 'Your browser showed no certificate that is accepted here.',
    );
  }
  const code = randomBytes(32).toString('base64url');
  const now = ctx.now();
  await insertOneTimeSecret(ctx.db, {
    kind: 'auth-code',
    secretHash: sha256(code),
    payload: { stateHash: sha256(state), identity: status.certificate },
    now,
    expiresAt: new Date(now.getTime() + CODE_SECONDS * 1000),
  });
  return code;
}

/**
 * On the portal's name: what the code stands for. It is used up even when the state does not fit:
 * then it is in the wrong browser.
 *
 * @throws {HubgateError} `auth.code`
 */
export async function takeHandOverCode(
  ctx: Ctx,
  input: { code: string; state: string },
): Promise<HandedOver> {
  const refused = () =>
    new HubgateError(
      'auth.code',
      'This sign-in by certificate took too long or began in another browser. Try again.',
    );
  const taken = await useOneTimeSecret(ctx.db, {
    kind: 'auth-code',
    secretHash: sha256(input.code),
    now: ctx.now(),
  });
  if (taken === null) throw refused();
  const payload = Payload.parse(taken);
  if (payload.stateHash !== sha256(input.state)) throw refused();
  return payload.identity;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
