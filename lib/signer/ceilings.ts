import { HubgateError } from '../errors';
import type { SignerPolicy } from './policy';

type Ceilings = SignerPolicy['ceilings'];

/** How many more may be signed now. Never negative. */
export function roomUnderCeilings(ceilings: Ceilings, used: { hour: number; day: number }): number {
  return Math.max(0, Math.min(ceilings.perHour - used.hour, ceilings.perDay - used.day));
}

export function ceilingError({ perHour, perDay }: Ceilings): HubgateError {
  return new HubgateError(
    'signer.ceiling',
    `The signer's ceiling is reached (${perHour} certificates an hour, ${perDay} a day). ` +
      "Wait, or have an operator raise it in the signer's policy.json.",
    { params: { perHour, perDay } },
  );
}

export function revocationCeilingError({ revocationsPerHour }: Ceilings): HubgateError {
  return new HubgateError(
    'signer.ceiling',
    `More than ${revocationsPerHour} revocations in an hour are not taken from the portal. Nothing was revoked ` +
      "now. Wait, revoke on the signer's host, or have an operator raise the ceiling in the signer's policy.json.",
    { params: { perHour: revocationsPerHour } },
  );
}

export function clockError(now: Date, lastAt: number): HubgateError {
  const last = new Date(lastAt).toISOString();
  return new HubgateError(
    'signer.clock',
    `The clock says ${now.toISOString()}, but the signer's last entry is of ${last}. Set the clock right; nothing is signed before.`,
    { params: { last } },
  );
}
