import { addPasskey } from '../identity/add-passkey';
import { beginPasskey } from '../identity/begin-passkey';
import type { TouchAnswer, TouchQuestion } from '../identity/touch-answer';
import type { Ctx } from '../ctx';
import { makeAuthenticator, type Authenticator, type AuthenticatorOptions } from './authenticator';
import { confirmed } from './session';
import type { TestSigner } from './signer';

/** Registers a software passkey for whoever `ctx` acts as, and has an operator accept it. */
export async function enrolPasskey(
  ctx: Ctx,
  operator: TestSigner['operator'],
  options: AuthenticatorOptions = {},
): Promise<Authenticator> {
  const authenticator = makeAuthenticator(options);
  const { challenge } = await beginPasskey(await confirmed(ctx));
  const answer = authenticator.register(challenge);
  const { fingerprint } = await addPasskey(ctx, { name: 'test key', answer });
  await operator.acceptPasskey({ fingerprint, by: 'host:test' });
  return authenticator;
}

/** The browser's answer to a request for a touch. */
export function answerTouch(authenticator: Authenticator, wish: TouchQuestion): TouchAnswer {
  return { id: authenticator.credentialId, ...authenticator.touch(wish.challenge) };
}
