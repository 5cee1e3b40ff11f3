import { randomBytes } from 'node:crypto';

import type { Caller } from './caller';
import type { CookieParts } from './cookies';
import { readToken, signToken } from './signed-token';

/** Remembers in a browser that these logins were signed in with here, for the limits on attempts alone. */
const DEVICE_COOKIE = '__Host-hubgate-device';
const DAYS = 180;
/** A family's machine; the oldest login is forgotten. */
const MAX_LOGINS = 4;

type Device = { id: string; logins: string[] };

/** The browser's own id, when somebody signed in here with this login before; null otherwise. */
export function knownDevice(
  caller: Pick<Caller, 'cookies'>,
  login: string,
  secret: string,
  now: Date,
): string | null {
  const device = readDevice(caller, secret, now);
  return device !== null && device.logins.includes(login) ? device.id : null;
}

/** The cookie after somebody signed in here with this login. */
export function deviceCookie(
  caller: Pick<Caller, 'cookies'>,
  login: string,
  secret: string,
  now: Date,
): CookieParts {
  const before = readDevice(caller, secret, now) ?? { id: randomBytes(12).toString('hex'), logins: [] };
  const logins = [login, ...before.logins.filter((one) => one !== login)].slice(0, MAX_LOGINS);
  const payload = JSON.stringify({ id: before.id, logins });
  const expiresAt = new Date(now.getTime() + DAYS * 86_400_000);
  return {
    name: DEVICE_COOKIE,
    value: signToken({ secret, purpose: 'device', payload, expiresAt }),
    maxAgeSeconds: DAYS * 86_400,
  };
}

function readDevice({ cookies }: Pick<Caller, 'cookies'>, secret: string, now: Date): Device | null {
  const token = cookies.get(DEVICE_COOKIE);
  const payload = token === undefined ? null : readToken({ secret, purpose: 'device', token, now });
  return payload === null ? null : (JSON.parse(payload) as Device); // signed by us: it has our shape
}
