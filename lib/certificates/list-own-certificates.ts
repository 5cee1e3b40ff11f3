import type { Ctx } from '../ctx';
import { ownSerials, revocableCertificates, type OwnProof } from '../db/revocable-certificates';
import { requireOwner } from '../identity/authorise';
import { isOnHold } from './revocation-reasons';

/** A certificate as its holder sees it when there are several to tell apart. */
export type OwnCertificate = {
  serial: string;
  commonName: string;
  email: string | null;
  label: string | null;
  keyLabel: string;
  notBefore: string;
  notAfter: string;
  requestId: string | null;
  onHold: boolean;
  /** How this browser proved that it is theirs. */
  proof: OwnProof;
  /** Serials of others in the list with the same key: a compromised key takes them along. */
  sameKey: string[];
};

/**
 * The certificates that this actor may revoke themself and that can still be revoked, newest first.
 *
 * @throws {HubgateError} `auth.required` for who has proven nothing
 */
export async function listOwnCertificates(ctx: Ctx): Promise<OwnCertificate[]> {
  const own = await ownSerials(ctx.db, requireOwner(ctx));
  const rows = await revocableCertificates(ctx.db, {
    filter: { serials: [...own.keys()] },
    now: ctx.now(),
    held: true,
  });
  return rows.flatMap((row) => {
    const proof = own.get(row.serial);
    if (proof === undefined) return [];
    return [
      {
        serial: row.serial,
        commonName: row.commonName,
        email: row.email,
        label: row.label,
        keyLabel: row.keyLabel,
        notBefore: row.notBefore.toISOString(),
        notAfter: row.notAfter.toISOString(),
        requestId: row.requestId,
        onHold: isOnHold(row),
        proof,
        sameKey: rows
          .filter((one) => one.spkiSha256 === row.spkiSha256 && one.serial !== row.serial)
          .map((one) => one.serial),
      },
    ];
  });
}
