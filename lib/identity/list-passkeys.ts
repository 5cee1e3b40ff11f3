import type { Ctx } from '../ctx';
import { passkeysOf } from '../db/passkeys';
import { isHubgateError } from '../errors';
import { passkeyFingerprint } from '../webauthn/fingerprint';
import type { ApproverList } from '../wire/approvers';
import { requirePerson } from './authorise';

/**
 * How the signer stands to a passkey: `accepted`, `proposed` (an operator has to compare and accept it),
 * `unknown` (nobody proposed it, or the proposal ran out), `other` (enrolled for somebody else there),
 * `down` (the signer does not answer).
 */
export type SignerWord = 'accepted' | 'proposed' | 'unknown' | 'other' | 'down';

export type PasskeyView = {
  id: string;
  name: string;
  fingerprint: string;
  backedUp: boolean;
  createdAt: string;
  lastUsedAt: string | null;
  signer: SignerWord;
  acceptedAt: string | null;
};

/** The passkeys of the person who is signed in, and which of them the signer takes. @throws `auth.required` */
export async function listPasskeys(ctx: Ctx): Promise<PasskeyView[]> {
  const person = requirePerson(ctx);
  const [rows, known] = await Promise.all([passkeysOf(ctx.db, person.userId), askSigner(ctx)]);
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    fingerprint: passkeyFingerprint(Buffer.from(row.id, 'base64url'), row.publicKey),
    backedUp: row.backedUp,
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    ...wordOf(known, row.id, `user:${person.userId}`),
  }));
}

async function askSigner(ctx: Pick<Ctx, 'signer'>): Promise<ApproverList | null> {
  try {
    return await ctx.signer.approvers();
  } catch (thrown) {
    if (!isHubgateError(thrown)) throw thrown;
    return null;
  }
}

function wordOf(
  known: ApproverList | null,
  credentialId: string,
  personId: string,
): Pick<PasskeyView, 'signer' | 'acceptedAt'> {
  if (known === null) return { signer: 'down', acceptedAt: null };
  for (const person of known.persons) {
    const found = person.passkeys.find((one) => one.credentialId === credentialId);
    if (found === undefined) continue;
    return person.id === personId
      ? { signer: 'accepted', acceptedAt: found.acceptedAt }
      : { signer: 'other', acceptedAt: null };
  }
  const proposed = known.proposals.some((one) => one.credentialId === credentialId);
  return { signer: proposed ? 'proposed' : 'unknown', acceptedAt: null };
}
