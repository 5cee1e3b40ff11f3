import { takeToken } from './rate-limit';

/**
 * Attempts to sign in: per address, so that nobody tries many logins, and per login, so that many
 * addresses do not try one. A person who is slowed down by a stranger waits seconds, not hours.
 *
 * @throws {HubgateError} `http.too-many`
 */
export function limitSignIn(addressKey: string, login: string, now: Date): void {
  limitSetup(addressKey, now);
  // Refills faster than one address may try, or that one could keep a login for itself for ever.
  takeToken(
    { name: 'sign-in-login', burst: 30, perMinute: 30 },
    login.trim().toLowerCase().slice(0, 100),
    now.getTime(),
  );
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
