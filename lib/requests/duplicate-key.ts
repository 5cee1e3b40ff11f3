import { certificatesWithKey } from '../db/certificates';
import type { Queries } from '../db/client';
import { requestsWithKey } from '../db/requests';
import { HubgateError } from '../errors';
import { OPEN_STATES, type RequestState } from './states';

/** Who asks, as far as the portal can tell people apart before they are known. */
export type Asker = {
  requesterId: string | null;
  email: string | null;
  addressKey: string;
  /** Somebody who renews is known by the key of this certificate. */
  renewsSerial?: string;
};

/**
 * Refuses a key that is in use: in any open request; in a request or an unexpired certificate of
 * somebody else; in a certificate that was revoked because its key was compromised. The same person
 * may send it again after REJECTED, WITHDRAWN, EXPIRED or FAILED, and to renew.
 *
 * The answer is the same for all cases, so that nobody learns whose key it is.
 *
 * @throws {HubgateError} `request.duplicate-key`
 */
export async function refuseDuplicateKey(
  db: Queries,
  input: { spkiSha256: string; asker: Asker; now: Date },
): Promise<void> {
  const { spkiSha256, asker, now } = input;
  const open: readonly RequestState[] = OPEN_STATES;
  const requests = await requestsWithKey(db, spkiSha256);
  const certificates = await certificatesWithKey(db, spkiSha256);
  const inUse =
    requests.some(
      (one) =>
        (open as readonly string[]).includes(one.state) ||
        (one.state !== 'ISSUED' && !samePerson(asker, one)),
    ) ||
    certificates.some(
      (one) =>
        one.revocationReason === 'keyCompromise' ||
        (one.state !== 'REVOKED' &&
          one.notAfter > now &&
          one.serial !== asker.renewsSerial &&
          !samePerson(asker, one.request ?? { requesterId: null, email: one.email, addressKey: '' })),
    );
  if (inUse) {
    throw new HubgateError(
      'request.duplicate-key',
      'This key is in use already. Make a new key, or withdraw the request that has it.',
      { field: 'csr' },
    );
  }
}

/** Signed in: the same account. Otherwise the same named mailbox or the same network address. */
function samePerson(asker: Asker, other: Asker): boolean {
  if (asker.requesterId !== null && other.requesterId !== null) {
    return asker.requesterId === other.requesterId;
  }
  if (asker.email !== null && other.email !== null) {
    return asker.email.toLowerCase() === other.email.toLowerCase();
  }
  return asker.addressKey === other.addressKey;
}
