import type { RequestState } from '../requests/states';
import type { Queries } from './client';
import type { RequestSummary } from './requests';
import { Parameters } from './rows';

export type RequestSort = 'newest' | 'oldest' | 'name';

/** Where a page ended: the sort value of its last row, and its id. */
export type ListPosition = { key: string; id: string };

export type ListFilter = {
  state?: RequestState | undefined;
  finding?: 'clean' | 'flagged' | 'warn' | 'bad' | undefined;
  /** Prefixes of which one must match, each of its own column. */
  prefixes?: { id: string; commonName: string; email: string; spkiSha256: string } | undefined;
  sort: RequestSort;
  after?: ListPosition | undefined;
  limit: number;
};

const PREFIX_COLUMNS = ['id', 'commonName', 'email', 'spkiSha256'] as const;

/** Matches of one prefix that a search looks at. */
const MATCHES_MAX = 1000;

/** Above every character that a name, address or hash begins with. */
const END_OF_PREFIX = '\u{10FFFF}';

/**
 * One page of requests by keyset: its cost depends on the page, not on the table. The ids come from
 * an index in SQL of our own (rows compared as tuples, prefixes as ranges, which Prisma cannot say);
 * the rows themselves come from Prisma.
 */
export async function listRequestRows(db: Queries, filter: ListFilter): Promise<RequestSummary[]> {
  const parameters = new Parameters(db.kind);
  const source = filter.prefixes === undefined ? '"Request" AS r' : prefixSource(filter, parameters);
  const column = filter.sort === 'name' ? '"commonName"' : '"createdAt"';
  const descending = filter.sort === 'newest';
  const direction = descending ? 'DESC' : 'ASC';

  // A search has looked at state and finding already, before it counted its matches.
  const conditions = filter.prefixes === undefined ? stateAndFinding(filter, parameters, 'r.') : [];
  if (filter.after !== undefined) {
    const key = filter.sort === 'name' ? filter.after.key : new Date(filter.after.key);
    conditions.push(
      `(r.${column}, r."id") ${descending ? '<' : '>'} (${parameters.add(key)}, ${parameters.add(filter.after.id)})`,
    );
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const sql =
    `SELECT r."id" FROM ${source} ${where} ` +
    `ORDER BY r.${column} ${direction}, r."id" ${direction} LIMIT ${Math.trunc(filter.limit)}`;
  const found = await db.prisma.$queryRawUnsafe<{ id: string }[]>(sql, ...parameters.values);
  return rowsInOrder(
    db,
    found.map((row) => row.id),
  );
}

/**
 * Each prefix is a range of its own index, read in that index's order; UNION joins them without a
 * scan. A prefix that half of the table begins with gives its first matches only: a search is there
 * to narrow, and its cost must not grow with the table.
 */
function prefixSource(filter: ListFilter, parameters: Parameters): string {
  // SQLite without statistics would rather walk an index of the state; a unary plus forbids it that.
  const column = parameters.kind === 'sqlite' ? '+' : '';
  const parts = PREFIX_COLUMNS.map((name) => {
    const prefix = filter.prefixes?.[name] ?? '';
    const range = [
      `"${name}" >= ${parameters.add(prefix)}`,
      `"${name}" < ${parameters.add(prefix + END_OF_PREFIX)}`,
      ...stateAndFinding(filter, parameters, column),
    ];
    return (
      'SELECT * FROM (SELECT "id", "createdAt", "commonName" FROM "Request" ' +
      `WHERE ${range.join(' AND ')} ORDER BY "${name}" LIMIT ${MATCHES_MAX}) AS by_${name.toLowerCase()}`
    );
  });
  return `(${parts.join(' UNION ')}) AS r`;
}

function stateAndFinding(filter: ListFilter, parameters: Parameters, before: string): string[] {
  const conditions: string[] = [];
  if (filter.state !== undefined) conditions.push(`${before}"state" = ${parameters.add(filter.state)}`);
  if (filter.finding === 'flagged') conditions.push(`${before}"finding" IN ('warn', 'bad')`);
  else if (filter.finding !== undefined) {
    conditions.push(`${before}"finding" = ${parameters.add(filter.finding)}`);
  }
  return conditions;
}

async function rowsInOrder(db: Queries, ids: string[]): Promise<RequestSummary[]> {
  if (ids.length === 0) return [];
  const rows = await db.prisma.request.findMany({ where: { id: { in: ids } }, omit: { csrDer: true } });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** The counters that the triggers keep: at most one row per state and finding. */
export async function requestCountRows(
  db: Queries,
): Promise<{ state: string; finding: string; count: number }[]> {
  return db.prisma.requestCount.findMany();
}
