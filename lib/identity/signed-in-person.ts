import type { Actor, Ctx } from '../ctx';
import { HubgateError } from '../errors';

/**
 * The person who is signed in, whatever their roles: for what is their own.
 *
 * @throws {HubgateError} `auth.required` for everybody else, tokens and commands too
 */
export function signedInPerson(ctx: Pick<Ctx, 'actor'>): Extract<Actor, { kind: 'person' }> {
  if (ctx.actor.kind === 'person') return ctx.actor;
  throw new HubgateError('auth.required', 'Sign in first: this is for a person, with their own passkey.');
}
