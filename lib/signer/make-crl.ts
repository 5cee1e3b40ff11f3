import type { KeyObject } from 'node:crypto';

import { buildCrlTbs } from '../x509/crl';
import { lintCrlTbs } from '../x509/crl-lint';
import type { CrlPlan } from '../x509/crl-plan';
import type { RevocationRow } from './journal-revocations';
import { signLinted } from './sign-linted';

/** What a CRL says beside its entries. */
export type CrlHead = Omit<CrlPlan, 'revoked'>;

/**
 * Builds, lints and signs a CRL, wherever it runs: on the event loop when it is short, on a thread
 * when it is long. Linted bytes never leave the thread that linted them before they are signed.
 *
 * @throws {LintFailure} when the bytes are not what they must be; nothing is signed then
 */
export async function makeCrl(
  head: CrlHead,
  listed: readonly Pick<RevocationRow, 'serial' | 'reason' | 'revokedAt'>[],
  key: { privateKey: KeyObject; publicKey: KeyObject },
): Promise<Uint8Array> {
  const plan: CrlPlan = {
    ...head,
    revoked: listed.map(({ serial, reason, revokedAt }) => ({
      serial,
      reason,
      revokedAt: wholeSeconds(revokedAt),
    })),
  };
  const linted = lintCrlTbs(buildCrlTbs(plan), plan);
  return signLinted(linted, { algorithm: plan.signatureAlgorithm, ...key });
}

/** Neither UTCTime nor GeneralizedTime holds fractions (RFC 5280 section 4.1.2.5). */
export const wholeSeconds = (instant: Date): Date => new Date(Math.floor(instant.getTime() / 1000) * 1000);
