import type { Ctx } from '../ctx';
import { FIRST_SEAL, isSealSignature, sealDigest, type AuditKey, type AuditSeal } from '../wire/audit-seal';

/** A database that was put back had forgotten these events; an operator let the chain go on. */
export type AuditRestart = {
  at: string;
  by: string;
  reason: string;
  /** Events that were sealed and are gone: from, and through. Null: none was. */
  lost: { from: number; through: number } | null;
};

/** The signer's seals, as far as they count today. */
export type ReadSeals = {
  /** Hash by event, in the order of the chain. */
  hashes: ReadonlyMap<number, string>;
  count: number;
  last: AuditSeal | null;
  keys: readonly AuditKey[];
  restarts: readonly AuditRestart[];
  /** Number of the first seal that does not hold; null when all do. */
  broken: number | null;
};

/**
 * Reads all seals and holds them against one another: numbers without a gap, each naming the one
 * before, and the last one of each key signed by it, which then speaks for all before.
 *
 * @throws {HubgateError} `signer.down`
 */
export async function readSeals(ctx: Pick<Ctx, 'signer'>): Promise<ReadSeals> {
  const hashes = new Map<number, string>();
  const restarts: AuditRestart[] = [];
  let keys: readonly AuditKey[] = [];
  let last: AuditSeal | null = null;
  let broken: number | null = null;
  for (let more = true; more;) {
    const page = await ctx.signer.auditSeals(last?.number ?? 0);
    ({ more, keys } = page);
    for (const seal of page.seals) {
      if (broken === null && !follows(seal, last, keys)) broken = seal.number;
      if (seal.kind === 'restart') restarts.push(takeRestart(seal, hashes));
      hashes.set(seal.seq, seal.hash);
      last = seal;
    }
  }
  if (last !== null && broken === null && !isSealSignature(last, keys)) broken = last.number;
  return { hashes, count: last?.number ?? 0, last, keys, restarts, broken };
}

function follows(seal: AuditSeal, last: AuditSeal | null, keys: readonly AuditKey[]): boolean {
  const previous = last === null ? FIRST_SEAL : sealDigest(last).toString('hex');
  if (seal.number !== (last?.number ?? 0) + 1 || seal.previous !== previous) return false;
  return last === null || seal.keyId === last.keyId || isSealSignature(last, keys);
}

/** Seals of later events count no more. */
function takeRestart(seal: AuditSeal, hashes: Map<number, string>): AuditRestart {
  let through = 0;
  for (const seq of hashes.keys()) {
    if (seq <= seal.seq) continue;
    through = Math.max(through, seq);
    hashes.delete(seq);
  }
  const { at, by, reason } = seal;
  return { at, by, reason, lost: through === 0 ? null : { from: seal.seq + 1, through } };
}
