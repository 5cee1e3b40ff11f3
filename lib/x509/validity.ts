import { HubgateError } from '../errors';

/** Both ends are valid instants: RFC 5280 section 4.1.2.5 counts them inclusively. */
export type Validity = { readonly notBefore: Date; readonly notAfter: Date };

/**
 * Chooses the validity period of a certificate that is about to be issued.
 *
 * Both ends are inclusive (RFC 5280 section 4.1.2.5), so a one-hour certificate ends at hh:59:59.
 * Fractions of a second cannot be encoded (4.1.2.5.1 and 4.1.2.5.2); they are dropped here rather
 * than in the encoder, so that the database and the certificate hold the same instant.
 *
 * @param input.now             the caller's clock; this file never reads the time
 * @param input.lifetimeSeconds whole seconds the certificate is valid, at least 1
 * @param input.backdateSeconds whole seconds before `now`, for clients with slow clocks
 * @param input.issuerNotAfter  last valid instant of the issuing certificate
 * @param input.endsBy          the last instant that it may be valid at, where something else ends before
 * @throws {HubgateError} `certificate.outlives-issuer` when the period would end after the issuer's
 * @throws {RangeError} when a duration is out of range, which is a caller's bug
 */
export function planValidity(input: {
  now: Date;
  lifetimeSeconds: number;
  backdateSeconds: number;
  issuerNotAfter: Date;
  endsBy?: Date | undefined;
}): Validity {
  const { now, lifetimeSeconds, backdateSeconds, issuerNotAfter, endsBy } = input;
  if (!Number.isSafeInteger(lifetimeSeconds) || lifetimeSeconds < 1) {
    throw new RangeError(`lifetimeSeconds must be a whole number >= 1, got ${lifetimeSeconds}`);
  }
  if (!Number.isSafeInteger(backdateSeconds) || backdateSeconds < 0) {
    throw new RangeError(`backdateSeconds must be a whole number >= 0, got ${backdateSeconds}`);
  }

  const startSeconds = Math.floor(now.getTime() / 1000) - backdateSeconds;
  const lastSecond = startSeconds + lifetimeSeconds - 1; // -1: the last second is valid too
  const endSeconds = endsBy ? Math.min(lastSecond, Math.floor(endsBy.getTime() / 1000)) : lastSecond;
  if (endSeconds < startSeconds) throw new RangeError(`endsBy lies before the period begins`);
  const notAfter = new Date(endSeconds * 1000);

  if (notAfter > issuerNotAfter) {
    throw new HubgateError(
      'certificate.outlives-issuer',
      `A certificate valid until ${notAfter.toISOString()} would outlive its issuer, ` +
        `which ends at ${issuerNotAfter.toISOString()}. Ask for a shorter life, or renew the signing CA.`,
    );
  }
  return { notBefore: new Date(startSeconds * 1000), notAfter };
}
