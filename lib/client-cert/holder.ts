import type { Actor } from '../ctx';
import { HubgateError } from '../errors';
import type { CertReason, ClientCertificateStatus } from './status';

export type Holder = Extract<Actor, { kind: 'holder' }>;

/** So long after the hand-over from the gate its holder is taken to sit there still. */
export const FRESH_MS = 15 * 60_000;

/** Was this certificate shown just now, and not some hours ago by somebody who has left since? */
export function isFresh(status: Pick<ClientCertificateStatus, 'provenAt'>, now: Date): boolean {
  const { provenAt } = status;
  return provenAt === undefined || now.getTime() - Date.parse(provenAt) <= FRESH_MS;
}

/** Reasons that are about this certificate's own life: whoever showed it holds it, and it is over. */
const ENDED: ReadonlySet<CertReason> = new Set(['expired', 'revoked', 'not-yet-valid']);

/**
 * The actor for a certificate that was shown and is in force.
 *
 * @param status     how lib/client-cert judged it, from the bytes and not from the front's word
 * @param addressKey keyed hash of the network address
 * @throws {HubgateError} `certificate.state` for one that has expired or was revoked,
 *   `auth.no-certificate` when none was shown or it is not this CA's
 */
export function holderOf(status: ClientCertificateStatus, addressKey: string): Holder {
  const { certificate, accepted, reasons } = status;
  if (accepted && certificate !== undefined && certificate.commonName !== null) {
    const { serial, commonName } = certificate;
    return { kind: 'holder', serial, commonName, addressKey };
  }
  const ended = certificate === undefined ? undefined : reasons.find(({ code }) => ENDED.has(code));
  const onlyEnded = reasons.every(({ code }) => ENDED.has(code));
  if (ended !== undefined && onlyEnded) {
    throw new HubgateError(
      'certificate.state',
      `The certificate that was shown cannot be renewed: ${ended.message} Ask for a new one.`,
      { params: { state: ended.code === 'revoked' ? 'REVOKED' : 'EXPIRED' } },
    );
  }
  throw new HubgateError(
    'auth.no-certificate',
    reasons[0]?.message ?? 'No client certificate was shown, or it is not one of this CA.',
  );
}
