import type { Ctx } from '../ctx';
import { certificatesBySerial, ownSerials } from '../db/revocable-certificates';
import { requireOwner } from '../identity/authorise';
import { certificateNotFound } from './find-certificate';
import { certificateExpired } from './revoke-certificate';
import { isOnHold, type HolderReason } from './revocation-reasons';
import { sendRevocations } from './send-revocations';

/** Certificates at once: a person's devices. */
export const OWN_MAX = 50;

export type OwnRevocation = {
  serial: string;
  state: 'REVOKED';
  revokedAt: string;
  reason: string;
};

/**
 * Somebody revokes certificates of their own: the ones that they name, all or none, and those with the
 * same key if it is compromised. One that is revoked for good already stays as it is; that its key is
 * compromised is news all the same.
 *
 * @throws {HubgateError} `auth.required`; `certificate.not-found` for one that is not theirs, whether or
 *   not there is such a certificate; `certificate.state` for one that has expired; `signer.down`
 */
export async function revokeOwnCertificates(
  ctx: Ctx,
  input: { serials: readonly string[]; reason: HolderReason; why?: string },
): Promise<OwnRevocation[]> {
  const proofs = requireOwner(ctx);
  const own = await ownSerials(ctx.db, proofs);
  const serials = [...new Set(input.serials)];
  if (serials.length === 0 || serials.length > OWN_MAX || serials.some((serial) => !own.has(serial))) {
    throw certificateNotFound();
  }
  const rows = await certificatesBySerial(ctx.db, serials);
  if (rows.length !== serials.length) throw certificateNotFound();
  const now = ctx.now();
  const open = rows.filter((row) => row.state !== 'REVOKED' || isOnHold(row));
  if (open.some((row) => row.notAfter < now)) throw certificateExpired();
  const news = (row: (typeof rows)[number]): boolean =>
    input.reason === 'keyCompromise' && row.revocationReason !== 'keyCompromise';
  const asked = rows.filter((row) => open.includes(row) || news(row)).map((row) => row.serial);
  const answer =
    asked.length === 0
      ? { revoked: [], unknown: [] }
      : await sendRevocations(ctx, {
          serials: asked,
          reason: input.reason,
          about: (serial) => ({
            // None for one that goes along because of its key.
            ...(own.has(serial) ? { proof: own.get(serial) } : {}),
            ...(input.why === undefined ? {} : { why: input.why }),
          }),
          tellHolder: false,
        });
  if (answer.unknown.length > 0) throw certificateNotFound();
  const before = rows.flatMap(({ serial, revokedAt, revocationReason }) =>
    asked.includes(serial) || revokedAt === null
      ? []
      : [{ serial, revokedAt: revokedAt.toISOString(), reason: revocationReason ?? 'unspecified' }],
  );
  return [...answer.revoked, ...before].map(({ serial, revokedAt, reason }) => ({
    serial,
    state: 'REVOKED',
    revokedAt,
    reason,
  }));
}
