import type { Ctx } from '../ctx';
import { listRequestRows, type RequestSort } from '../db/request-list';
import { requireRole } from '../identity/authorise';
import { readCursor, writeCursor } from './page-cursor';
import { readRequestId } from './request-id';
import { requestItem } from './request-item';
import type { RequestState } from './states';
import type { RequestItem } from './views';

export const LIST_MAX = 200;

/**
 * One page of the queue. `q` finds by the beginning of an account name, an e-mail address, an id or
 * a key's SHA-256. By keyset: the page costs the same however many requests there are.
 *
 * @throws {HubgateError} `auth.*`, `http.invalid` for a damaged cursor
 */
export async function listRequests(
  ctx: Pick<Ctx, 'actor' | 'db'>,
  input: {
    state?: RequestState | undefined;
    finding?: 'clean' | 'flagged' | 'warn' | 'bad' | undefined;
    q?: string | undefined;
    sort?: RequestSort | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<{ items: RequestItem[]; nextCursor: string | null }> {
  requireRole(ctx, 'approver', 'operator', 'auditor');
  const sort = input.sort ?? 'newest';
  const limit = Math.min(Math.max(1, Math.trunc(input.limit)), LIST_MAX);
  const q = (input.q ?? '').trim().slice(0, 254).replaceAll('\0', '');
  const rows = await listRequestRows(ctx.db, {
    state: input.state,
    finding: input.finding,
    prefixes: q === '' ? undefined : prefixesOf(q),
    sort,
    after: input.cursor === undefined || input.cursor === '' ? undefined : readCursor(sort, input.cursor),
    limit: limit + 1,
  });
  const items = rows.slice(0, limit).map(requestItem);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  const key = sort === 'name' ? last?.commonName : last?.createdAt;
  return { items, nextCursor: more ? writeCursor(sort, { key: key ?? '', id: last.id }) : null };
}

/** The same word as each column would hold its beginning. */
function prefixesOf(q: string): { id: string; commonName: string; email: string; spkiSha256: string } {
  const upper = q.toUpperCase();
  return {
    id: readRequestId(q) ?? (upper.startsWith('R-') ? upper : `R-${upper}`),
    commonName: q,
    email: q,
    spkiSha256: q.toLowerCase().replaceAll(/[\s:]/g, ''),
  };
}
