import type { RequestState } from '../requests/states';
import type { Queries } from './client';
import { Prisma } from './generated/sqlite/client';
import type { RequestSummary } from './requests';
import { Parameters, type SqlValue } from './rows';

export type RequestSort = 'newest' | 'oldest' | 'name';

/** Where a page ended: the sort value of its last row, and its id. */
export type ListPosition = { key: string; id: string };

export type RequestKind = { state: RequestState; finding: 'clean' | 'warn' | 'bad' };

export type ListFilter = {
  /** Pairs of which one must match: the indexes begin with both. Undefined: no matter which. */
  kinds?: readonly RequestKind[] | undefined;
  /** Beginnings of which one must match, each of its own column; a column without one is not looked at. */
  prefixes?: Partial<Record<(typeof PREFIX_COLUMNS)[number], string>> | undefined;
  sort: RequestSort;
  after?: ListPosition | undefined;
  limit: number;
};

const PREFIX_COLUMNS = ['id', 'commonName', 'email', 'spkiSha256'] as const;

/** Matches that a search looks at, of one prefix in one state with one finding. */
const MATCHES_MAX = 1000;

/** Above every character that a name, address or hash begins with. */
const END_OF_PREFIX = '\u{10FFFF}';

/** Everything that lists show: all columns but the CSR's bytes. */
const COLUMNS = Object.values(Prisma.RequestScalarFieldEnum)
  .filter((name) => name !== 'csrDer')
  .map((name) => `r."${name}"`)
  .join(', ');

/** One page of requests by keyset: its cost depends on the page, not on the table. */
export async function listRequestRows(db: Queries, filter: ListFilter): Promise<RequestSummary[]> {
  const { sql, values } = requestListSql(db.kind, filter);
  return db.prisma.$queryRawUnsafe<RequestSummary[]>(sql, ...values);
}

/**
 * The statement of such a page, in SQL of our own: rows compared as tuples and prefixes as ranges
 * are what Prisma cannot say. The page's ids come from indexes alone, then the rows by their ids.
 *
 * Its plan must not hang on the planner's statistics. SQLite's are as old as the last ANALYZE that
 * anybody ran, and a connection that was open then never sees them at all: one that had learnt of a
 * hundred requests read all hundred thousand to find fifty by id. So every part asks for equal
 * values of the columns that its index begins with and for that index's own order, and CROSS JOIN
 * keeps SQLite from reading the table first (to PostgreSQL it is a join like any other).
 */
function requestListSql(kind: Queries['kind'], filter: ListFilter): { sql: string; values: SqlValue[] } {
  const parameters = new Parameters(kind);
  const column = filter.sort === 'name' ? '"commonName"' : '"createdAt"';
  const direction = filter.sort === 'newest' ? 'DESC' : 'ASC';
  const order = `${column} ${direction}, "id" ${direction}`;
  const limit = Math.trunc(filter.limit);
  const after = (): string[] => {
    if (filter.after === undefined) return [];
    const key = filter.sort === 'name' ? filter.after.key : new Date(filter.after.key);
    const sign = direction === 'DESC' ? '<' : '>';
    return [`(${column}, "id") ${sign} (${parameters.add(key)}, ${parameters.add(filter.after.id)})`];
  };

  const ids =
    filter.prefixes === undefined
      ? (filter.kinds ?? [null]).map((one) =>
          part(column, [...equal(one, parameters), ...after()], order, limit),
        )
      : matches(filter, column, parameters);
  // What a search finds in several columns is one match; other parts have nothing in common.
  const joined = ids.join(filter.prefixes === undefined ? ' UNION ALL ' : ' UNION ');
  const rest = filter.prefixes === undefined ? [] : after();
  const page = `SELECT "id" FROM (${joined}) AS found ${where(rest)} ORDER BY ${order} LIMIT ${limit}`;
  return {
    sql:
      `SELECT ${COLUMNS} FROM (${page}) AS page CROSS JOIN "Request" AS r WHERE r."id" = page."id" ` +
      `ORDER BY r.${column} ${direction}, r."id" ${direction}`,
    values: parameters.values,
  };
}

/**
 * Each prefix is a range of its own index, read in that index's order. A prefix that half of the
 * table begins with gives its first matches only: a search is there to narrow, and its cost must
 * not grow with the table.
 */
function matches(filter: ListFilter, column: string, parameters: Parameters): string[] {
  return PREFIX_COLUMNS.flatMap((name) => {
    const prefix = filter.prefixes?.[name];
    if (prefix === undefined) return [];
    return (filter.kinds ?? [null]).map((one) => {
      const range = [
        ...equal(one, parameters, hasKinds(name) ? '' : unindexed(parameters)),
        `"${name}" >= ${parameters.add(prefix)}`,
        `"${name}" < ${parameters.add(prefix + END_OF_PREFIX)}`,
      ];
      return part(column, range, `"${name}"`, MATCHES_MAX);
    });
  });
}

/** Whether there is an index of this column for each state and finding. Ids and hashes are nearly unique. */
function hasKinds(name: (typeof PREFIX_COLUMNS)[number]): boolean {
  return name === 'commonName' || name === 'email';
}

/** SQLite would rather walk an index of the state than the range of ids; a unary plus forbids it that. */
function unindexed(parameters: Parameters): string {
  return parameters.kind === 'sqlite' ? '+' : '';
}

function equal(one: RequestKind | null, parameters: Parameters, before = ''): string[] {
  if (one === null) return [];
  return [
    `${before}"state" = ${parameters.add(one.state)}`,
    `${before}"finding" = ${parameters.add(one.finding)}`,
  ];
}

/** One ordered, limited piece of a union; SQLite takes such a piece in brackets of its own only. */
function part(column: string, conditions: readonly string[], order: string, limit: number): string {
  return (
    `SELECT * FROM (SELECT "id", ${column} FROM "Request" ${where(conditions)} ` +
    `ORDER BY ${order} LIMIT ${limit}) AS part`
  );
}

function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}

/** The counters that the triggers keep: at most one row per state and finding. */
export async function requestCountRows(
  db: Queries,
): Promise<{ state: string; finding: string; count: number }[]> {
  return db.prisma.requestCount.findMany();
}
