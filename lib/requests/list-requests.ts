import type { Ctx } from '../ctx';
import { listRequestRows, type ListFilter, type RequestKind, type RequestSort } from '../db/request-list';
import { requirePermission } from '../identity/authorise';
import { readCursor, writeCursor } from './page-cursor';
import { refreshFindings } from './refresh-findings';
import { readRequestId } from './request-id';
import { requestItem } from './request-item';
import { REQUEST_STATES, type RequestState } from './states';
import type { RequestItem } from './views';

export const LIST_MAX = 200;

/**
 * One page of the queue. `q` finds by the beginning of an account name or an e-mail address, of an
 * id (three characters at least) or of a key's SHA-256 (four). By keyset: the page costs the same however many requests there are.
 *
 * @throws {HubgateError} `auth.*`, `http.invalid` for a damaged cursor
 */
export async function listRequests(
  ctx: Pick<Ctx, 'actor' | 'db' | 'config'>,
  input: {
    state?: RequestState | undefined;
    finding?: 'clean' | 'flagged' | 'warn' | 'bad' | undefined;
    q?: string | undefined;
    sort?: RequestSort | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<{ items: RequestItem[]; nextCursor: string | null }> {
  requirePermission(ctx, 'requests.read');
  await refreshFindings(ctx);
  const sort = input.sort ?? 'newest';
  const limit = Math.min(Math.max(1, Math.trunc(input.limit)), LIST_MAX);
  const q = (input.q ?? '').trim().slice(0, 254).replaceAll('\0', '');
  const rows = await listRequestRows(ctx.db, {
    kinds: kindsOf(input.state, input.finding),
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

/** What a state and a finding admit, as the indexes have it: `flagged` is two findings. */
function kindsOf(
  state: RequestState | undefined,
  finding: 'clean' | 'flagged' | 'warn' | 'bad' | undefined,
): RequestKind[] | undefined {
  if (state === undefined && finding === undefined) return undefined;
  const states = state === undefined ? REQUEST_STATES : [state];
  const findings = (['clean', 'warn', 'bad'] as const).filter(
    (one) => finding === undefined || finding === one || (finding === 'flagged' && one !== 'clean'),
  );
  return states.flatMap((of) => findings.map((one) => ({ state: of, finding: one })));
}

/**
 * The same word as each column would hold its beginning. Ids and hashes are random: three or four
 * characters of one narrow it down, a single one would only bring hundreds of strangers.
 */
function prefixesOf(q: string): NonNullable<ListFilter['prefixes']> {
  const upper = q.toUpperCase();
  const id = readRequestId(q) ?? (upper.startsWith('R-') ? upper : `R-${upper}`);
  const hash = q.toLowerCase().replaceAll(/[\s:]/g, '');
  return {
    ...(/^R-[0-9A-HJKMNP-TV-Z]{3,8}$/.test(id) ? { id } : {}),
    commonName: q,
    email: q,
    ...(/^[0-9a-f]{4,64}$/.test(hash) ? { spkiSha256: hash } : {}),
  };
}
