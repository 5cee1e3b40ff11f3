import type { Ctx } from '../ctx';
import { auditEventsOf } from '../db/audit-events';
import { revocableCertificates } from '../db/revocable-certificates';
import { timelineOf } from '../requests/timeline';
import type { CertificateView, TimelineEntry } from '../requests/views';
import { findCertificate } from './find-certificate';

/** A certificate with what an operator must know before revoking it. */
export type CertificatePageView = CertificateView & {
  /** Others with the same key that can still be revoked: a compromised key takes them along. */
  siblings: { serial: string; commonName: string; label: string | null }[];
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
  const [events, sameKey, samePerson] = await Promise.all([
    auditEventsOf(ctx.db, view.serial),
    revocableCertificates(ctx.db, { filter: { spkiSha256s: [view.spkiSha256] }, ...still }),
    revocableCertificates(ctx.db, { filter: { commonName: view.commonName }, ...still }),
  ]);
  return {
    ...view,
    siblings: sameKey
      .filter((row) => row.serial !== view.serial)
      .map(({ serial, commonName, label }) => ({ serial, commonName, label })),
    ofPerson: samePerson.length,
    timeline: timelineOf(events, { forRequester: false }),
  };
}
