import { HubgateError } from '../errors';
import { HALF_COOKIE, readHalf, type HalfSignIn } from '../identity/half-sign-in';
import type { Instance } from '../instance';
import type { Caller } from './caller';

/**
 * Who has shown the first factor in this browser, and not the second yet.
 *
 * @throws {HubgateError} `auth.half-expired`
 */
export async function callerHalf(instance: Instance, caller: Caller, now: Date): Promise<HalfSignIn> {
  const half = await readHalf(caller.cookies.get(HALF_COOKIE), instance.secrets.session, now);
  if (half !== null) return half;
  throw new HubgateError('auth.half-expired', 'It took more than five minutes. Sign in once more.');
}
