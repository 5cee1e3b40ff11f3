import {
  followRevocations,
  heardRevocations,
  type FollowedRevocations,
} from '../certificates/follow-revocations';
import type { Ctx } from '../ctx';
import { isHubgateError } from '../errors';

/** A revocation reaches every page within this time; the gate's own map is faster. */
const FRESH_MS = 1_000;

const holder = globalThis as typeof globalThis & { __hubgateRevokedAt?: Map<string, number> };

/**
 * What the signer's journal has as revoked and as released, at most a second old. When the signer is down: what was
 * last heard, or null when nothing was.
 */
export async function journalRevocations(ctx: Ctx): Promise<FollowedRevocations | null> {
  const asked = (holder.__hubgateRevokedAt ??= new Map());
  const key = ctx.paths.signerWebSocket;
  const now = ctx.now().getTime();
  const heard = heardRevocations(ctx);
  if (heard && Math.abs(now - (asked.get(key) ?? 0)) < FRESH_MS) return heard;
  try {
    const fresh = await followRevocations(ctx);
    asked.set(key, now);
    return fresh;
  } catch (error) {
    if (!isHubgateError(error)) throw error;
    return heard;
  }
}
