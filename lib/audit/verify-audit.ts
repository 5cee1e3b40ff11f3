import type { Ctx } from '../ctx';
import { auditHead } from '../db/audit-events';
import { openAuditScan } from '../db/audit-scan';
import { isHubgateError } from '../errors';
import { requirePermission } from '../identity/authorise';
import { FIRST_HASH, hashOfFields } from './audit-hash';
import { readSeals, type AuditRestart, type ReadSeals } from './read-seals';

/** What the signer's seals say; null while it does not answer. */
export type SealsSummary = {
  /** How many there are. */
  count: number;
  /** The event up to which all is sealed; 0 when nothing is. */
  through: number;
  at: string | null;
  /** SHA-256 of the keys that signed: to compare with what was noted elsewhere. */
  keyIds: string[];
  restarts: readonly AuditRestart[];
};

/**
 * - `gap`, `link`, `hash`: an event is missing, does not follow the one before, or was changed.
 * - `head`: the chain is shorter or longer than the database itself says.
 * - `sealed`: the chain is whole, and not the one that was sealed: somebody made it anew.
 * - `truncated`: it ends before an event that was sealed.
 * - `seals`: the seals themselves do not hold.
 */
export type AuditProblem = 'gap' | 'link' | 'hash' | 'head' | 'sealed' | 'truncated' | 'seals';

export type AuditVerdict =
  | { ok: true; events: number; head: string; unsealed: number; seals: SealsSummary | null }
  | {
      ok: false;
      /** Events before the first bad one. */
      events: number;
      brokenAt: number;
      /** Of `sealed` and `truncated`: the first bad one is among the events up to this one. */
      through: number;
      problem: AuditProblem;
      seals: SealsSummary | null;
    };

/**
 * Walks the whole chain and holds it against the signer's seals. Finds every edit, gap, insertion,
 * reordering and truncation; up to the last seal also when whoever owns the database has made the whole
 * chain anew.
 *
 * `brokenAt` is the first event that does not hold. Of a chain that was made anew only what was sealed
 * is known, so it is the first event after the last seal that fits, and `through` is the first that does not.
 */
export async function verifyAudit(
  ctx: Pick<Ctx, 'actor' | 'db' | 'config' | 'paths' | 'signer'>,
): Promise<AuditVerdict> {
  requirePermission(ctx, 'audit.read');
  // Seals first: what they name is in the database by now.
  const seals = await sealsOrNone(ctx);
  const head = await auditHead(ctx.db);
  const summary = seals && summaryOf(seals);
  const scan = await openAuditScan(ctx.config, ctx.paths);
  try {
    const walked = await walk(scan.pages(0), head.seq, seals?.hashes ?? new Map());
    const broken = walked.broken ?? endProblem(walked, head, seals);
    if (broken !== null) return { ok: false, events: broken.brokenAt - 1, ...broken, seals: summary };
  } finally {
    await scan.close();
  }
  const unsealed = head.seq - (summary?.through ?? 0);
  return { ok: true, events: head.seq, head: head.hash, unsealed, seals: summary };
}

type Broken = { brokenAt: number; through: number; problem: AuditProblem };
type Walked = { seq: number; hash: string; lastSealed: number; broken: Broken | null };

async function walk(
  pages: ReturnType<Awaited<ReturnType<typeof openAuditScan>>['pages']>,
  upTo: number,
  sealed: ReadonlyMap<number, string>,
): Promise<Walked> {
  const at: Walked = { seq: 0, hash: FIRST_HASH, lastSealed: 0, broken: null };
  const stop = (problem: AuditProblem, brokenAt: number): Walked => ({
    ...at,
    broken: { problem, brokenAt, through: at.seq + 1 },
  });
  for await (const page of pages) {
    for (const [seq, fields, prevHash, hash] of page) {
      // Events that came after the head was read belong to the next verification.
      if (seq > upTo) return at;
      const next = at.seq + 1;
      if (seq !== next) return stop('gap', next);
      if (prevHash !== at.hash) return stop('link', next);
      if (hashOfFields(fields) !== hash) return stop('hash', next);
      const seal = sealed.get(seq);
      if (seal !== undefined && seal !== hash) return stop('sealed', at.lastSealed + 1);
      if (seal !== undefined) at.lastSealed = seq;
      at.seq = seq;
      at.hash = hash;
    }
  }
  return at;
}

/** What is wrong behind the last event that there is. */
function endProblem(
  { seq, hash }: Walked,
  head: { seq: number; hash: string },
  seals: ReadSeals | null,
): Broken | null {
  const through = Math.max(0, ...lastOf(seals));
  if (through > seq) return { problem: 'truncated', brokenAt: seq + 1, through };
  if (seq !== head.seq || hash !== head.hash) {
    return { problem: 'head', brokenAt: seq + 1, through: seq + 1 };
  }
  // The chain holds; what vouches for it does not.
  if (seals !== null && seals.broken !== null) {
    return { problem: 'seals', brokenAt: seq + 1, through: seq + 1 };
  }
  return null;
}

const lastOf = (seals: ReadSeals | null): number[] => (seals?.last ? [seals.last.seq] : []);

function summaryOf(seals: ReadSeals): SealsSummary {
  return {
    count: seals.count,
    through: seals.last?.seq ?? 0,
    at: seals.last?.at ?? null,
    keyIds: seals.keys.map(({ keyId }) => keyId),
    restarts: seals.restarts,
  };
}

async function sealsOrNone(ctx: Pick<Ctx, 'signer'>): Promise<ReadSeals | null> {
  try {
    return await readSeals(ctx);
  } catch (thrown) {
    if (!isHubgateError(thrown) || thrown.code !== 'signer.down') throw thrown;
    return null;
  }
}
