import { z } from 'zod';

import { EventId } from '../wire/event';
import { SerialHex } from '../wire/fields';
import { RevocationReason } from '../wire/records';
import { HOLDER_REASONS } from './revocation-reasons';

/** What revoking takes from an operator: a reason by the names of RFC 5280 section 5.3.1, in camelCase. */
export const RevokeBody = z.strictObject({ reason: RevocationReason });

/** What revoking takes from the holder. */
export const RevokeOwnBody = z.strictObject({ reason: z.enum(HOLDER_REASONS) });

/** Serials in one selection: what a page of the list can tick, with room for programs. */
const SELECTION_MAX = 1000;

/**
 * One way to name the certificates that are revoked together. Another way is another member of this
 * union, and a case in select-certificates.ts.
 */
export const CertificateSelect = z.discriminatedUnion('by', [
  /** Everything of a person: an account name, or an e-mail address that was proven or vouched for. */
  z.strictObject({ by: z.literal('person'), person: z.string().trim().min(1).max(254) }),
  /** Everything with this key. */
  z.strictObject({ by: z.literal('key'), spkiSha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.strictObject({ by: z.literal('serials'), serials: z.array(SerialHex).min(1).max(SELECTION_MAX) }),
  /** Everything that was given out for a training event. */
  z.strictObject({ by: z.literal('event'), event: EventId }),
]);
export type CertificateSelect = z.infer<typeof CertificateSelect>;

export const PreviewRevocationBody = z.strictObject({ select: CertificateSelect, reason: RevocationReason });

/** `expectedCount` is what the preview said: whoever revokes many says how many. */
export const RevokeManyBody = PreviewRevocationBody.extend({ expectedCount: z.int().min(1).max(1_000_000) });
