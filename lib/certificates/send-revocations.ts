import { actorName, type Ctx } from '../ctx';
import { isHubgateError } from '../errors';
import { publishRevocations } from '../hubs/publish-maps';
import type { Revocation, RevocationReason } from '../wire/records';
import { mirrorBlockedKeys } from './mirror-blocked-keys';
import { storeRevocations } from './store-revocations';
import { requireCurrentJournal } from './watch-journal';

/**
 * Revokes these certificates (at most 1,000): first in the signer's journal, which CRL and OCSP come
 * from, then in the portal, then at the gate. Again: what was revoked first stands and is published once
 * more. Authorises nobody: its callers do.
 *
 * @param input.about what the audit events say beside serial, reason and name
 * @returns every revocation, also of certificates that went along since they have the same key; and the
 *   serials that the journal does not know
 * @throws {HubgateError} `signer.down`, `signer.ceiling`, `signer.journal-old`
 */
export async function sendRevocations(
  ctx: Ctx,
  input: {
    serials: readonly string[];
    reason: RevocationReason;
    about: (serial: string) => Readonly<Record<string, unknown>>;
    tellHolder: boolean;
  },
): Promise<{ revoked: Revocation[]; unknown: string[] }> {
  const { serials, reason, about, tellHolder } = input;
  await requireCurrentJournal(ctx);
  const by = actorName(ctx.actor).slice(0, 128);
  const answer = await ctx.signer.revoke({ serials, reason, by });
  const asked = new Set(serials);
  await storeRevocations(ctx, answer.revoked, {
    about: (serial) => (asked.has(serial) ? about(serial) : { ...about(serial), because: 'same-key' }),
    tellHolder,
  });
  await publishRevocations(ctx);
  if (reason === 'keyCompromise') await learnBlockedKeys(ctx);
  return answer;
}

/** A signer that went away meanwhile is asked again by the clock, half a minute later. */
async function learnBlockedKeys(ctx: Ctx): Promise<void> {
  try {
    await mirrorBlockedKeys(ctx);
  } catch (thrown) {
    if (!isHubgateError(thrown)) throw thrown;
  }
}
