import * as z from 'zod';

/**
 * What the portal hands to the signer: one approved request plus its approvals.
 *
 * The contract between two processes that do not trust one another. The signer reads it strictly
 * and checks everything in it again; nothing here is believed because it has the right shape.
 */

export const WIRE_VERSION = 1;

/** Bytes cross the socket as base64. */
const base64 = (maxBytes: number) =>
  z
    .string()
    .max(Math.ceil(maxBytes / 3) * 4)
    .regex(/^[A-Za-z0-9+/]*={0,2}$/);
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
const instant = z.iso.datetime();

export const CSR_MAX_BYTES = 16 * 1024;
export const BATCH_MAX_ORDERS = 1000;

export const OrderId = z.string().regex(/^R-[0-9A-HJKMNP-TV-Z]{8}$/);

export const SubjectAltNames = z.strictObject({
  emails: z.array(z.string().max(254)).max(4),
  dnsNames: z.array(z.string().max(253)).max(32),
  ipAddresses: z.array(z.string().max(45)).max(32),
});
export type SubjectAltNames = z.infer<typeof SubjectAltNames>;

export const ProfileName = z.enum(['user', 'server']);
export type ProfileName = z.infer<typeof ProfileName>;

/**
 * Exactly what an approver approves. Its canonical JSON, hashed, is the digest that every approval
 * carries; a passkey signs the same digest (lib/wire/approved-content.ts computes it).
 */
export const ApprovedContent = z.strictObject({
  action: z.literal('issue'),
  /** Subject key identifier of the signing CA, lower-case hex. */
  caKeyId: z.string().regex(/^[0-9a-f]{40}$/),
  orderId: OrderId,
  csrSha256: sha256Hex,
  profile: ProfileName,
  commonName: z.string().min(1).max(64),
  san: SubjectAltNames,
  lifetimeDays: z.int().min(1).max(825),
  /** Ends here, whatever days are left: of what is issued for an event. */
  endsAt: instant.optional(),
});
export type ApprovedContent = z.infer<typeof ApprovedContent>;

export const Approval = z.strictObject({
  /** Stable id of the person at the portal; two approvals of one person count once. */
  approver: z.string().min(1).max(64),
  name: z.string().min(1).max(128),
  approvedAt: instant,
  /** After this instant the approval is void. */
  expiresAt: instant,
  digest: sha256Hex,
  /**
   * `session`: the portal's word. `passkey`: `evidence` is a WebAuthn assertion over the digest.
   * `renewal`: `evidence` is the old key's signature (lib/wire/renewal-proof.ts). `event`: `evidence`
   * names an event that was approved before (lib/wire/event.ts).
   */
  method: z.enum(['session', 'passkey', 'renewal', 'event']),
  evidence: z.record(z.string(), z.string().max(8192)).optional(),
});
export type Approval = z.infer<typeof Approval>;

export const Order = z.strictObject({
  content: ApprovedContent,
  /** PKCS#10, DER. */
  csr: base64(CSR_MAX_BYTES),
  approvals: z.array(Approval).min(1).max(8),
});
export type Order = z.infer<typeof Order>;
