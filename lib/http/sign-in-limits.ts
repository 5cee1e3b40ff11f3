import { takeToken } from './rate-limit';

/**
 * Attempts to sign in with a password: per address, so that nobody tries many logins, and per login,
 * so that many addresses do not try one. A browser in which this login was signed in before has an
 * allowance of its own instead of both: strangers who try somebody's login, or who share their
 * address, keep nobody out who sits at their usual machine.
 *
 * @param input.device the browser's id, when it has signed in with this login before
 * @throws {HubgateError} `http.too-many`
 */
export function limitSignIn(
  input: { addressKey: string; login: string; device: string | null },
  now: Date,
): void {
  const { addressKey, login, device } = input;
  if (device !== null) {
    takeToken({ name: 'sign-in-device', burst: 10, perMinute: 5 }, `${device} ${login}`, now.getTime());
    return;
  }
  limitSetup(addressKey, now);
  // Refills faster than one address may try, or that one could keep a login for itself for ever.
  takeToken({ name: 'sign-in-login', burst: 30, perMinute: 30 }, login, now.getTime());
}

/**
 * Attempts with setup links: per address alone. They hold 256 random bits, so nothing is guessed, and
 * a limit for all together would let a stranger lock the first administrator out.
 *
 * @throws {HubgateError} `http.too-many`
 */
export function limitSetup(addressKey: string, now: Date): void {
  takeToken({ name: 'sign-in-address', burst: 20, perMinute: 10 }, addressKey, now.getTime());
}

/**
 * Attempts with a second factor, per person: who gets here has shown the first one. Three of a million
 * codes are right at a time (RFC 6238, one step either way), so that guessing takes months on average.
 *
 * @throws {HubgateError} `http.too-many`
 */
export function limitSecondFactor(userId: string, now: Date): void {
  takeToken({ name: 'second-factor', burst: 10, perMinute: 2 }, userId, now.getTime());
}
