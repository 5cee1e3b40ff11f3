import { readSecrets } from '../config/secrets';
import type { Ctx } from '../ctx';
import type { Tx } from '../db/client';
import { markTrustProofUsed } from '../db/used-trust-proofs';
import { HubgateError } from '../errors';
import { verifyTrustProof, type TrustStrength } from './trust-proof';

/**
 * Counts a canary proof for a request that is being submitted, in the same transaction.
 *
 * @param proof as it came along with the request; undefined when none did
 * @returns what the request may carry as its `trust`
 * @throws {HubgateError} `trust.proof` when it is forged, older than 10 minutes, or was used before
 */
export async function useTrustProof(
  ctx: Ctx,
  tx: Tx,
  proof: string | undefined,
): Promise<'none' | TrustStrength> {
  if (proof === undefined || proof === '') return 'none';
  const refused = () =>
    new HubgateError(
      'trust.proof',
      'The proof that this browser trusts the CA is too old or was used before. Check the trust again and resend.',
      { field: 'trustProof' },
    );
  const read = verifyTrustProof({ secret: readSecrets(ctx.paths).canary, proof, now: ctx.now() });
  if (read === null) throw refused();
  const first = await markTrustProofUsed(tx, { nonce: read.nonce, expiresAt: read.expiresAt });
  if (!first) throw refused();
  return read.strength;
}
