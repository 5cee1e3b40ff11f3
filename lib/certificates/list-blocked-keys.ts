import type { Ctx } from '../ctx';
import { listBlockedKeyRows } from '../db/blocked-keys';
import { requirePermission } from '../identity/authorise';
import { readCursor, writeCursor } from '../requests/page-cursor';

export type BlockedKeyView = {
  spkiSha256: string;
  reason: string;
  serial: string | null;
  blockedBy: string;
  blockedAt: string;
};

/**
 * One page of the portal's own list of compromised keys, newest first.
 *
 * @throws {HubgateError} `auth.*`, `http.invalid` for a damaged cursor
 */
export async function listBlockedKeys(
  ctx: Ctx,
  input: { cursor?: string | undefined; limit: number },
): Promise<{ items: BlockedKeyView[]; nextCursor: string | null }> {
  requirePermission(ctx, 'certificates.read');
  const after =
    input.cursor === undefined || input.cursor === '' ? undefined : readCursor('newest', input.cursor);
  const rows = await listBlockedKeyRows(ctx.db, {
    after: after === undefined ? undefined : { blockedAt: new Date(after.key), spkiSha256: after.id },
    limit: input.limit + 1,
  });
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  return {
    items: page.map((row) => ({ ...row, blockedAt: row.blockedAt.toISOString() })),
    nextCursor:
      rows.length > input.limit && last !== undefined
        ? writeCursor('newest', { key: last.blockedAt.toISOString(), id: last.spkiSha256 })
        : null,
  };
}
