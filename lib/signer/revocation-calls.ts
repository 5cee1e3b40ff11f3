import type { RESULTS } from '../wire/messages';
import type { Revocation, RevocationReason } from '../wire/records';
import type * as z from 'zod';

import type { Ca } from './ca-files';
import { revocationCeilingError } from './ceilings';
import type { CrlKeeper } from './crl-keeper';
import type { Journal } from './journal';
import type { RevocationDoor, RevocationRow } from './journal-revocations';
import type { Log } from './log';

type Result<M extends keyof typeof RESULTS> = z.infer<(typeof RESULTS)[M]>;

/** Revoking, holds, blocked keys and their feeds, as the wire speaks of them. */
export type RevocationCalls = {
  /** @throws {HubgateError} `signer.ceiling` for too many in an hour from the portal */
  revoke: (
    input: { serials: readonly string[]; reason: RevocationReason; by: string },
    door: RevocationDoor,
  ) => Promise<Result<'revoke'>>;
  release: (
    input: { serials: readonly string[]; by: string },
    door: RevocationDoor,
  ) => Promise<Result<'release'>>;
  changes: (page: { after: number; limit: number }) => Result<'revocations'>;
  blockKeys: (input: { spkiSha256s: readonly string[]; reason: string; by: string }) => Result<'blockKeys'>;
  blockedKeys: (page: { after: number; limit: number }) => Result<'blockedKeys'>;
};

export function openRevocationCalls(parts: {
  ca: Ca | null;
  journal: Journal;
  crls: CrlKeeper | null;
  now: () => Date;
  log: Log;
}): RevocationCalls {
  const { ca, journal, crls, now, log } = parts;

  /** What was changed stands whatever becomes of the list; the clock tries again. */
  async function newList(): Promise<void> {
    await crls?.refresh().catch((error: unknown) => log.error({ err: error }, 'no new revocation list'));
  }

  return {
    async revoke({ serials, reason, by }, door) {
      const ceilings = ca?.policy.ceilings;
      if (door === 'web' && ceilings) {
        const used = journal.webRevocationsSince(now());
        if (used + journal.countUnrevoked(serials) > ceilings.revocationsPerHour) {
          throw revocationCeilingError(ceilings);
        }
      }
      const { revoked, unknown, changed } = journal.revoke({ serials, reason, by, door, now: now() });
      if (changed > 0) {
        log.info({ serials, changed, reason, by, door }, 'certificates revoked');
        await newList();
      }
      return { revoked: revoked.map(revocation), unknown };
    },
    async release({ serials, by }, door) {
      const done = journal.release({ serials, by, door, now: now() });
      if (done.released.length > 0) {
        log.info({ serials: done.released, by, door }, 'holds released');
        await newList();
      }
      return done;
    },
    changes({ after, limit }) {
      const { changes, lastSeq, more } = journal.changes(after, limit);
      const { journalId } = journal.identity();
      return {
        journalId,
        changes: changes.map((one) => ({ ...one, revokedAt: one.revokedAt.toISOString() })),
        lastSeq,
        more,
      };
    },
    blockKeys(input) {
      const blocked = journal.blockKeys({ ...input, now: now() });
      if (blocked > 0) log.info({ blocked, reason: input.reason, by: input.by }, 'keys blocked');
      return { blocked };
    },
    blockedKeys({ after, limit }) {
      const { keys, more } = journal.blockedKeys(after, limit);
      return { keys: keys.map((one) => ({ ...one, at: one.at.toISOString() })), more };
    },
  };
}

const revocation = ({ serial, reason, revokedAt }: RevocationRow): Revocation => ({
  serial,
  reason,
  revokedAt: revokedAt.toISOString(),
});

/** One page of what was taken over from another CA. */
export function importedPage(
  journal: Journal,
  { after, limit }: { after: number; limit: number },
): Result<'imported'> {
  const rows = journal.imported(after, limit + 1);
  const certificates = rows.slice(0, limit).map(({ der, subject, issuedAt, notAfter, ...rest }) => ({
    ...rest,
    ...(der && { der: der.toString('base64') }),
    ...(subject !== null && { subject }),
    issuedAt: issuedAt.toISOString(),
    notAfter: notAfter.toISOString(),
  }));
  return { certificates, more: rows.length > limit };
}
