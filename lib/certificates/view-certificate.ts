import type { Ctx } from '../ctx';
import { auditEventsOf } from '../db/audit-events';
import { blockedAmong } from '../db/blocked-keys';
import { revocableCertificates } from '../db/revocable-certificates';
import { timelineOf } from '../requests/timeline';
import type { CertificateView, TimelineEntry } from '../requests/views';
import { findCertificate } from './find-certificate';

/** A certificate with what an operator must know before revoking it. */
export type CertificatePageView = CertificateView & {
  /** Others with the same key that can still be revoked: a compromised key takes them along. */
  siblings: { serial: string; commonName: string; label: string | null }[];
  /** No certificate is made for its key any more. */
  keyBlocked: boolean;
  /** Of this name and still revocable, this one included. */
  ofPerson: number;
  timeline: TimelineEntry[];
};

/**
 * One certificate, its history, and what hangs together with it.
 *
 * @throws {HubgateError} `auth.*`, `certificate.not-found`
 */
export async function viewCertificate(ctx: Ctx, input: { serial: string }): Promise<CertificatePageView> {
  const { pem: _pem, chain: _chain, ...view } = await findCertificate(ctx, input);
  const still = { now: ctx.now(), held: true };
  const [events, sameKey, samePerson, blocked] = await Promise.all([
    auditEventsOf(ctx.db, view.serial),
    revocableCertificates(ctx.db, { filter: { spkiSha256s: [view.spkiSha256] }, ...still }),
    revocableCertificates(ctx.db, { filter: { commonName: view.commonName }, ...still }),
    blockedAmong(ctx.db, [view.spkiSha256]),
  ]);
  return {
    ...view,
    siblings: sameKey
      .filter((row) => row.serial !== view.serial)
      .map(({ serial, commonName, label }) => ({ serial, commonName, label })),
    keyBlocked: blocked.has(view.spkiSha256),
    ofPerson: samePerson.length,
    timeline: timelineOf(events, { forRequester: false }),
  };
}
