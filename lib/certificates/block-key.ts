import { actorName, type Ctx } from '../ctx';
import { certificatesWithKey } from '../db/certificates';
import { inTransaction } from '../db/in-transaction';
import { HubgateError } from '../errors';
import { requirePermission } from '../identity/authorise';
import { checkPrintable } from '../x509/subject-policy';
import { blockKeys } from './block-keys';
import { requireCurrentJournal } from './watch-journal';

/** As much as the signer keeps (lib/wire/messages.ts). */
const REASON_MAX = 200;

/**
 * Blocks a key that is known to be compromised, whoever has it: first at the signer, which then signs
 * no order with it, then in the portal, which takes no request with it. Certificates with this key are
 * named, not revoked: that is the operator's next step. Again: nothing changes.
 *
 * @throws {HubgateError} `auth.*`, `http.invalid` for what is no hash, `request.note` for a reason with
 *   control characters, `signer.down`, `signer.journal-old`: an old copy would take the key with it when
 *   the right journal comes back
 */
export async function blockKey(
  ctx: Ctx,
  input: { spkiSha256: string; reason: string },
): Promise<{ spkiSha256: string; fresh: boolean; certificates: { serial: string; commonName: string }[] }> {
  requirePermission(ctx, 'keys.block');
  const { spkiSha256 } = input;
  if (!/^[0-9a-f]{64}$/.test(spkiSha256)) {
    throw new HubgateError('http.invalid', 'A key is named by 64 hex digits: SHA-256 of its public key.', {
      field: 'key',
      params: { reason: 'key-digest' },
    });
  }
  const reason = checkPrintable(input.reason, 'note', { maxLength: REASON_MAX });
  const by = actorName(ctx.actor).slice(0, 128);
  await requireCurrentJournal(ctx);
  await ctx.signer.blockKeys({ spkiSha256s: [spkiSha256], reason, by });
  const fresh = await inTransaction(ctx.db, (tx) => blockKeys(ctx, tx, [{ spkiSha256, reason }]));
  const now = ctx.now();
  const standing = (await certificatesWithKey(ctx.db, spkiSha256)).filter(
    (one) => one.state !== 'REVOKED' && one.notAfter > now,
  );
  return {
    spkiSha256,
    fresh: fresh.length > 0,
    certificates: standing.map(({ serial, commonName }) => ({ serial, commonName })),
  };
}
