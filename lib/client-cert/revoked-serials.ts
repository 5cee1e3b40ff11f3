import type { Ctx } from '../ctx';
import { isHubgateError } from '../errors';

/** A revocation reaches every page within this time; the gate's own map is faster. */
const FRESH_MS = 2_000;

type Known = { at: number; serials: ReadonlySet<string> };
const holder = globalThis as typeof globalThis & { __hubgateRevoked?: Map<string, Known> };

/**
 * Serials (lower-case hex) that the signer's journal has as revoked, at most 2 s old. When the
 * signer is down: what was last heard, or null when nothing was.
 */
export async function journalRevocations(ctx: Ctx): Promise<ReadonlySet<string> | null> {
  const known = (holder.__hubgateRevoked ??= new Map());
  const key = ctx.paths.signerWebSocket;
  const before = known.get(key);
  const now = ctx.now().getTime();
  if (before && Math.abs(now - before.at) < FRESH_MS) return before.serials;
  try {
    const revocations = await ctx.signer.revocations();
    const serials = new Set(revocations.map(({ serial }) => serial));
    known.set(key, { at: now, serials });
    return serials;
  } catch (error) {
    if (!isHubgateError(error)) throw error;
    return before?.serials ?? null;
  }
}
