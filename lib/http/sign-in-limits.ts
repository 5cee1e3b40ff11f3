import { takeToken } from './rate-limit';

/**
 * Attempts to sign in: per address, so that nobody tries many logins, and per login, so that many
 * addresses do not try one. A person who is slowed down by a stranger waits seconds, not hours.
 *
 * @throws {HubgateError} `http.too-many`
 */
export function limitSignIn(addressKey: string, login: string, now: Date): void {
  takeToken({ name: 'sign-in-address', burst: 30, perMinute: 10 }, addressKey, now.getTime());
  takeToken(
    { name: 'sign-in-login', burst: 15, perMinute: 10 },
    login.trim().toLowerCase().slice(0, 100),
    now.getTime(),
  );
}
