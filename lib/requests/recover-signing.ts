import type { Ctx } from '../ctx';
import { claimedRows, signingClaims } from '../db/request-claims';
import { ApprovedContent } from '../wire/order';
import { issuingCa } from './issuing-ca';
import { isAbandoned } from './signing-process';
import { storeOutcomes, type Ordered, type Stored } from './store-outcomes';

/** As many as one look-up may carry (lib/wire), and less than one transaction minds. */
const LOOKUP = 200;

/**
 * Settles requests that a process left in SIGNING when it died or lost the signer: asks the signer's
 * journal, stores what was signed, gives the rest back to the queue. Works while the key is locked.
 *
 * @returns what changed; empty when there was nothing
 * @throws {HubgateError} `signer.down`
 */
export async function recoverSigning(ctx: Ctx): Promise<Stored[]> {
  const now = ctx.now();
  const claims = await signingClaims(ctx.db);
  return recoverClaims(
    ctx,
    claims.filter((claim) => isAbandoned(claim, now)).map((claim) => claim.id),
  );
}

/** The same for exactly these, which must be in SIGNING and of nobody who is still at work. */
export async function recoverClaims(ctx: Ctx, ids: readonly string[]): Promise<Stored[]> {
  const stored: Stored[] = [];
  for (let at = 0; at < ids.length; at += LOOKUP) {
    const some = ids.slice(at, at + LOOKUP);
    const ca = await issuingCa(ctx);
    const outcomes = await ctx.signer.lookup(some);
    const byId = new Map<string, Ordered>();
    for (const row of await claimedRows(ctx.db, some)) {
      const last = row.approvals.findLast((one) => one.version === row.version);
      if (last) byId.set(row.id, { row, content: ApprovedContent.parse(JSON.parse(last.content)) });
    }
    const batch = outcomes.flatMap((outcome) => {
      const ordered = byId.get(outcome.orderId);
      return ordered === undefined ? [] : [{ ordered, outcome }];
    });
    stored.push(...(await storeOutcomes(ctx, ca, batch)));
  }
  return stored;
}
