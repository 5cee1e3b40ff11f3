import * as z from 'zod';

import { LastSeal } from './audit-seal';
import { base64, instant, keyIdHex } from './fields';
import { ResponderEnd } from './ocsp';

/** How long a CRL still holds: `former` are those of retired signing CAs. */
export const CrlEnd = z.strictObject({
  list: z.enum(['signing', 'root', 'former']),
  keyId: keyIdHex,
  number: z.int(),
  thisUpdate: instant,
  nextUpdate: instant,
});
export type CrlEnd = z.infer<typeof CrlEnd>;

export const SignerStatus = z.strictObject({
  state: z.enum(['unlocked', 'locked']),
  /** Why it is locked, when that is known. */
  lockedBecause: z
    .enum(['no-ca', 'waiting-for-passphrase', 'locked-by-operator', 'journal-damaged'])
    .optional(),
  since: instant,
  approvalMode: z.enum(['session', 'passkey']),
  approvalCount: z.int(),
  /** Subject key identifier of the signing CA; the portal puts it into what is approved. */
  caKeyId: z.string().optional(),
  /** DER, base64. */
  signingCa: base64.optional(),
  rootCa: base64.optional(),
  /** Retired signing CAs, DER as base64, newest first. */
  formerCas: z.array(base64),
  /** Those whose last certificate has not ended: their keys sign revocation lists until then. */
  formerKeys: z.array(
    z.strictObject({
      keyId: keyIdHex,
      state: z.enum(['unlocked', 'locked', 'missing']),
      lastEnd: instant,
    }),
  ),
  /** Made at random with the journal: another one means that another journal was put in its place. */
  journalId: z.string().regex(/^[0-9a-f]{32}$/),
  /** Rises with every durable write: a smaller one than before means that an old copy was put back. */
  sequence: z.int(),
  /** Made at random whenever the journal is opened. */
  run: z.string().regex(/^[0-9a-f]{32}$/),
  /** The sequence that the file had when this run opened it, before it wrote anything. */
  openedAtSequence: z.int(),
  issued: z.int(),
  revoked: z.int(),
  /** Of the signing CA. */
  crlNumber: z.int().optional(),
  crlThisUpdate: instant.optional(),
  crlNextUpdate: instant.optional(),
  /** Of every CA whose list is served here. */
  crlEnds: z.array(CrlEnd),
  /** Where certificates say that OCSP is answered; absent: they say nothing of it. */
  ocspUrl: z.string().optional(),
  /** Of every CA that OCSP is answered for. */
  responders: z.array(ResponderEnd),
  /** The last second look that came to its end. */
  relint: z.strictObject({ at: instant, checked: z.int(), findings: z.int() }).optional(),
  /** The newest seal of the portal's audit chain. */
  auditSeal: LastSeal.optional(),
});
export type SignerStatus = z.infer<typeof SignerStatus>;
