import type { Ctx } from '../ctx';
import { namesWithOtherCertificates } from '../db/revocable-certificates';
import { eventGuests } from '../events/event-guests';
import { admits } from '../hubs/admits';
import { listHubAccess } from '../hubs/list-hub-access';
import { requirePermission } from '../identity/authorise';
import type { RevocationReason } from '../wire/records';
import { isOnHold } from './revocation-reasons';
import type { CertificateSelect } from './revoke-body';
import { selectCertificates } from './select-certificates';

/** What revoking a selection would do; nothing was done. */
export type RevocationPreview = {
  /** Certificates that would be revoked. */
  count: number;
  /** Of these, those that were not selected but have the same key as one that was. */
  siblings: number;
  people: number;
  /** People who have another valid certificate and so still get in. */
  keepAnother: number;
  /** Hubs that these people may enter now, and how many of them each. */
  hubs: { name: string; access: 'listed' | 'any-valid'; people: number }[];
  /** The first of them, newest first. */
  certificates: {
    serial: string;
    commonName: string;
    email: string | null;
    label: string | null;
    notBefore: string;
    notAfter: string;
    onHold: boolean;
    sibling: boolean;
  }[];
};

/** More than a person reads; the count says how many there are. */
const SHOWN_MAX = 100;

/**
 * How many certificates a revocation would end, whose they are, and which hubs these people would be
 * shut out of.
 *
 * @throws {HubgateError} `auth.*`
 */
export async function previewRevocation(
  ctx: Ctx,
  input: { select: CertificateSelect; reason: RevocationReason },
): Promise<RevocationPreview> {
  requirePermission(ctx, 'certificates.revoke');
  const { rows, siblings } = await selectCertificates(ctx, input);
  const names = [...new Set(rows.filter((row) => row.profile === 'user').map((row) => row.commonName))];
  const [access, guests, keep] = await Promise.all([
    listHubAccess(ctx),
    eventGuests(ctx),
    namesWithOtherCertificates(ctx.db, {
      commonNames: names,
      except: new Set(rows.map((row) => row.serial)),
      now: ctx.now(),
    }),
  ]);
  return {
    count: rows.length,
    siblings: siblings.size,
    people: names.length,
    keepAnother: keep.size,
    hubs: access.items.flatMap((entry) => {
      const people = names.filter((commonName) => admits(entry, { commonName }, guests)).length;
      return people === 0 ? [] : [{ name: entry.route, access: entry.access, people }];
    }),
    certificates: rows.slice(0, SHOWN_MAX).map((row) => ({
      serial: row.serial,
      commonName: row.commonName,
      email: row.email,
      label: row.label,
      notBefore: row.notBefore.toISOString(),
      notAfter: row.notAfter.toISOString(),
      onHold: isOnHold(row),
      sibling: siblings.has(row.serial),
    })),
  };
}
