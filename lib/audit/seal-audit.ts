import type { Ctx } from '../ctx';
import { auditHashAt, auditHead } from '../db/audit-events';
import { HubgateError, isHubgateError } from '../errors';
import type { LastSeal } from '../wire/audit-seal';

/** The database's audit trail is not the one that the signer sealed. */
export type SealProblem = {
  /** The event that was sealed last. */
  seq: number;
  /** `missing`: the trail ends before it; `other`: another event stands in its place. */
  kind: 'missing' | 'other';
  sealedAt: string;
};

/**
 * Has the signer seal the end of the audit trail, unless it is sealed already. Before that the trail
 * is held against the last seal: a database that was changed gets no new one.
 *
 * @returns the event up to which all is sealed
 * @throws {HubgateError} `signer.audit-seal` when the trail is not the one that was sealed, `signer.down`
 */
export async function sealAudit(ctx: Pick<Ctx, 'db' | 'signer'>): Promise<{ seq: number }> {
  const { auditSeal } = await ctx.signer.status();
  await requireSealed(ctx, auditSeal);
  const head = await auditHead(ctx.db);
  if (head.seq === (auditSeal?.seq ?? 0)) return { seq: head.seq };
  try {
    await ctx.signer.sealAudit(head);
  } catch (thrown) {
    if (!isHubgateError(thrown) || thrown.code !== 'signer.audit-seal') throw thrown;
    // Another process may have sealed a later event meanwhile: then that one must be here.
    const { auditSeal: newer } = await ctx.signer.status();
    await requireSealed(ctx, newer);
    if (newer === undefined || newer.seq < head.seq) throw thrown;
    return { seq: newer.seq };
  }
  return { seq: head.seq };
}

/** Holds the event that was sealed last against the database: one row, so pages may ask. */
export async function sealProblem(
  ctx: Pick<Ctx, 'db'>,
  seal: LastSeal | undefined,
): Promise<SealProblem | null> {
  if (seal === undefined || seal.seq === 0) return null;
  const hash = await auditHashAt(ctx.db, seal.seq);
  if (hash === seal.hash) return null;
  return { seq: seal.seq, kind: hash === null ? 'missing' : 'other', sealedAt: seal.at };
}

async function requireSealed(ctx: Pick<Ctx, 'db'>, seal: LastSeal | undefined): Promise<void> {
  const problem = await sealProblem(ctx, seal);
  if (problem === null) return;
  const { seq, kind, sealedAt } = problem;
  throw new HubgateError(
    'signer.audit-seal',
    `Event ${seq} of the audit chain, which was sealed ${sealedAt}, is ${kind === 'missing' ? 'missing' : 'another one'}. ` +
      'Look at it with hubgate audit verify; after a database was put back: hubgate audit accept',
    { params: { seq } },
  );
}
