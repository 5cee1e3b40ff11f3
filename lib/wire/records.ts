import * as z from 'zod';

import { base64, instant, keyIdHex, SerialHex, sha256Hex } from './fields';

/** What the journal holds, as the portal reads it. */

/** RFC 5280 section 5.3.1, in camelCase; `removeFromCRL` is for holds and never asked for by name. */
export const RevocationReason = z.enum([
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'privilegeWithdrawn',
]);
export type RevocationReason = z.infer<typeof RevocationReason>;

export const Revocation = z.strictObject({
  serial: SerialHex,
  reason: RevocationReason,
  revokedAt: instant,
});
export type Revocation = z.infer<typeof Revocation>;

/** One step of a certificate's revocation; `seq` rises from change to change. */
export const RevocationChange = z.strictObject({
  seq: z.int(),
  serial: SerialHex,
  state: z.enum(['revoked', 'released']),
  /** Of what was revoked, or of the hold that ended. */
  reason: RevocationReason,
  revokedAt: instant,
});
export type RevocationChange = z.infer<typeof RevocationChange>;

export const RevocationPage = z.strictObject({
  journalId: z.string(),
  changes: z.array(RevocationChange),
  /** Of the newest change there is, whether or not it stands on this page; 0 when there is none. */
  lastSeq: z.int(),
  more: z.boolean(),
});
export type RevocationPage = z.infer<typeof RevocationPage>;

/** A certificate of another CA, taken over. */
export const ImportedCertificate = z.strictObject({
  number: z.int(),
  serial: SerialHex,
  caKeyId: keyIdHex,
  /** DER, base64; absent when nobody kept a copy. Then `subject` says whose it was. */
  der: base64.optional(),
  subject: z.string().optional(),
  issuedAt: instant,
  notAfter: instant,
});
export type ImportedCertificate = z.infer<typeof ImportedCertificate>;

export const BlockedKey = z.strictObject({
  seq: z.int(),
  spkiSha256: sha256Hex,
  reason: z.string(),
  at: instant,
  by: z.string(),
});
export type BlockedKey = z.infer<typeof BlockedKey>;

export const Crls = z.strictObject({
  /** DER, base64. `root` is absent when the ceremony left none. */
  signing: base64.optional(),
  root: base64.optional(),
  /** Of retired signing CAs, newest first. */
  former: z.array(z.strictObject({ keyId: keyIdHex, der: base64 })),
});
export type Crls = z.infer<typeof Crls>;
