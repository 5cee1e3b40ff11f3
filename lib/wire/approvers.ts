import * as z from 'zod';

import { ApprovedContent } from './order';
import { CosePublicKey, CredentialId, PersonId } from './passkey-approval';

/** Passkeys at the signer: proposed by the portal, decided on by its operators. */

const instant = z.iso.datetime();
const fingerprint = z.string().regex(/^[0-9a-f]{64}$/);
const name = z.string().min(1).max(128);
const by = z.string().min(1).max(128);

/** A signer keeps so many proposals, of one person so many, and for so long. */
export const PROPOSALS_MAX = 64;
export const PROPOSALS_OF_ONE = 8;
export const PROPOSAL_DAYS = 14;

export const ProposePasskey = z.strictObject({
  person: z.strictObject({ id: PersonId, name }),
  credentialId: CredentialId,
  publicKey: CosePublicKey,
  counter: z.int().min(0).max(0xffffffff),
});
export type ProposePasskey = z.infer<typeof ProposePasskey>;

export const AcceptPasskey = z.strictObject({ fingerprint, by });
export type AcceptPasskey = z.infer<typeof AcceptPasskey>;

/** A fingerprint, or the id or name of a person: an enrolled passkey or a proposal. */
export const RemovePasskey = z.strictObject({ which: z.string().min(1).max(128), by });
export type RemovePasskey = z.infer<typeof RemovePasskey>;

export const ListTouched = z.strictObject({ limit: z.int().min(1).max(1000) });
export type ListTouched = z.infer<typeof ListTouched>;

/** What was signed or is to be signed under touches, from the signer's journal, newest first. */
export const TouchedOrders = z.strictObject({
  orders: z.array(
    z.strictObject({
      /** One touch has one instant. */
      approvedAt: instant,
      personId: PersonId,
      name,
      content: ApprovedContent,
      /** Of its certificate, once there is one. */
      serial: z.string().optional(),
    }),
  ),
});
export type TouchedOrders = z.infer<typeof TouchedOrders>;

export const ApproverList = z.strictObject({
  approvalMode: z.enum(['session', 'passkey']),
  approvalCount: z.int(),
  /** Where touches may come from; absent when the signer's rules do not say. */
  passkeys: z.strictObject({ rpId: z.string(), origins: z.array(z.string()) }).optional(),
  persons: z.array(
    z.strictObject({
      id: PersonId,
      name,
      passkeys: z.array(
        z.strictObject({ credentialId: CredentialId, fingerprint, acceptedAt: instant, acceptedBy: by }),
      ),
    }),
  ),
  proposals: z.array(
    z.strictObject({
      fingerprint,
      credentialId: CredentialId,
      personId: PersonId,
      name,
      proposedAt: instant,
      /** Passkeys that this person has here already. */
      enrolled: z.int(),
    }),
  ),
});
export type ApproverList = z.infer<typeof ApproverList>;

export const RemovedPasskeys = z.strictObject({
  /** Enrolled until now. */
  passkeys: z.array(z.strictObject({ name, fingerprint })),
  proposals: z.int(),
});
export type RemovedPasskeys = z.infer<typeof RemovedPasskeys>;
