import type { Config } from '../config/schema';
import type { Queries } from '../db/client';
import { certificatesWithName } from '../db/certificates';
import type { RenewableRow } from '../db/renewals';
import { countRenewals } from '../db/requests';
import type { RequestState } from '../requests/states';
import { parseCertificate } from '../x509/certificate';
import { renewalDifference, type RenewedContent } from '../x509/renewal-difference';

const DAY_MS = 86_400_000;

/**
 * Why a renewal needs an approver after all:
 * `off` the centre has not allowed it · `too-early` outside the window before the end · `changed`
 * more than the key would change · `renewed-before` this certificate was renewed already ·
 * `name-passed-on` somebody else has a newer certificate of this name · `account` the directory does not
 * say that the account is in use · `second-approval` two people must approve, and the policy is one ·
 * `passkey` approvals need a touch here, and the old key did not sign the renewal.
 */
export const RENEWAL_OBSTACLES = [
  'off',
  'too-early',
  'changed',
  'renewed-before',
  'name-passed-on',
  'account',
  'second-approval',
  'passkey',
] as const;
export type RenewalObstacle = (typeof RENEWAL_OBSTACLES)[number];

/** Requests that were or may become the one renewal of a certificate. */
const RENEWALS: readonly RequestState[] = ['APPROVED', 'SIGNING', 'ISSUED'];

/**
 * May this certificate be renewed without an approver? Whether it may be renewed at all (not revoked,
 * not expired) is renewable()'s to say.
 *
 * @param next what the new one would hold; null while that is not known yet
 * @returns null when nothing stands against it
 */
export async function renewalObstacle(
  db: Queries,
  config: Pick<Config, 'renewal'>,
  input: { old: RenewableRow; next: RenewedContent | null; now: Date },
): Promise<RenewalObstacle | null> {
  const { old, next, now } = input;
  const { auto, windowDays } = config.renewal;
  if (!auto) return 'off';
  // One for one: a key that was stolen may ask once, and then its holder sees the new certificate.
  if (old.supersededBy !== null || (await countRenewals(db, old.serial, RENEWALS)) > 0)
    return 'renewed-before';
  if (old.notAfter.getTime() - now.getTime() > windowDays * DAY_MS) return 'too-early';
  if (next !== null && renewalDifference(parseCertificate(old.der), next) !== null) return 'changed';
  if (old.profile === 'user' && (await isPassedOn(db, old, now))) return 'name-passed-on';
  return null;
}

/**
 * Did the name go to somebody else since? An approver may confirm that an account changed hands; then
 * the certificate of its former holder must not bring a new one by itself.
 */
async function isPassedOn(db: Queries, old: RenewableRow, now: Date): Promise<boolean> {
  const later = (await certificatesWithName(db, old.commonName)).filter(
    (one) =>
      one.profile === 'user' &&
      one.serial !== old.serial &&
      one.createdAt > old.createdAt &&
      one.state !== 'REVOKED' &&
      one.notAfter > now,
  );
  return later.some(
    (one) =>
      one.spkiSha256 !== old.spkiSha256 &&
      !isSame(one.request?.requesterId, old.request?.requesterId) &&
      !isSame(one.email?.toLowerCase(), old.email?.toLowerCase()),
  );
}

const isSame = (a: string | null | undefined, b: string | null | undefined): boolean =>
  a !== null && a !== undefined && a === b;
