import type { RequestState } from '../requests/states';
import type { Queries, Tx } from './client';
import type { Prisma, Request } from './generated/sqlite/client';

export type RequestRow = Request;
/** What a list needs: everything but the CSR's bytes. */
export type RequestSummary = Omit<Request, 'csrDer'>;
export type NewRequest = Prisma.RequestUncheckedCreateInput;
export type RequestChange = Prisma.RequestUncheckedUpdateManyInput;

export async function insertRequest(tx: Tx, row: NewRequest): Promise<RequestRow> {
  return tx.prisma.request.create({ data: row });
}

export async function findRequest(db: Queries, id: string): Promise<RequestRow | null> {
  return db.prisma.request.findUnique({ where: { id } });
}

/** State, version and secret's hash only: for polling and for opening. */
export async function findRequestHead(
  db: Queries,
  id: string,
): Promise<Pick<Request, 'id' | 'state' | 'version' | 'updatedAt' | 'pickupHash' | 'signAfter'> | null> {
  return db.prisma.request.findUnique({
    where: { id },
    select: { id: true, state: true, version: true, updatedAt: true, pickupHash: true, signAfter: true },
  });
}

/** Changes a request that is still in this state; false when somebody else was faster. */
export async function changeRequest(
  tx: Tx,
  input: { id: string; from: RequestState; change: RequestChange },
): Promise<boolean> {
  const { count } = await tx.prisma.request.updateMany({
    where: { id: input.id, state: input.from },
    data: input.change,
  });
  return count === 1;
}

/** How many of these states this network address has (made since then); both columns stand in one index. */
export async function countByAddress(
  db: Queries,
  addressKey: string,
  states: readonly RequestState[],
  since?: Date,
): Promise<number> {
  return db.prisma.request.count({
    where: {
      addressKey,
      state: { in: [...states] },
      ...(since === undefined ? {} : { createdAt: { gte: since } }),
    },
  });
}

/** The same for a person who is signed in. */
export async function countByRequester(
  db: Queries,
  requesterId: string,
  states: readonly RequestState[],
): Promise<number> {
  return db.prisma.request.count({ where: { requesterId, state: { in: [...states] } } });
}

/** How many requests of these states renew this certificate. */
export async function countRenewals(
  db: Queries,
  renewsSerial: string,
  states: readonly RequestState[],
): Promise<number> {
  return db.prisma.request.count({ where: { renewsSerial, state: { in: [...states] } } });
}

type Related = Pick<
  Request,
  | 'id'
  | 'state'
  | 'commonName'
  | 'email'
  | 'emailState'
  | 'locale'
  | 'requesterId'
  | 'addressKey'
  | 'spkiSha256'
  | 'profile'
  | 'participantId'
  | 'createdAt'
>;

const RELATED = {
  id: true,
  state: true,
  commonName: true,
  email: true,
  emailState: true,
  locale: true,
  requesterId: true,
  addressKey: true,
  spkiSha256: true,
  profile: true,
  participantId: true,
  createdAt: true,
} as const;

/** Nobody reads more than these, and a much-used key or name must not slow a page down. */
const RELATED_MAX = 50;

export async function requestsWithKey(db: Queries, spkiSha256: string): Promise<Related[]> {
  return db.prisma.request.findMany({
    where: { spkiSha256 },
    select: RELATED,
    orderBy: { createdAt: 'desc' },
    take: RELATED_MAX,
  });
}

export async function requestsWithName(
  db: Queries,
  commonName: string,
  states?: readonly RequestState[],
): Promise<Related[]> {
  return db.prisma.request.findMany({
    where: { commonName, ...(states === undefined ? {} : { state: { in: [...states] } }) },
    select: RELATED,
    orderBy: { createdAt: 'desc' },
    take: RELATED_MAX,
  });
}

export async function requestsWithEmail(db: Queries, email: string): Promise<Related[]> {
  return db.prisma.request.findMany({
    where: { email },
    select: RELATED,
    orderBy: { createdAt: 'desc' },
    take: RELATED_MAX,
  });
}

/** Ids in this state whose `expiresAt` has passed, oldest first. */
export async function overdueRequests(db: Queries, state: RequestState, now: Date): Promise<string[]> {
  const rows = await db.prisma.request.findMany({
    where: { state, expiresAt: { lte: now } },
    select: { id: true },
    orderBy: { expiresAt: 'asc' },
    take: 200,
  });
  return rows.map((row) => row.id);
}

/** Waiting requests for an account about which the directory was not asked since then; longest ago first. */
export async function requestsToAskAbout(
  db: Queries,
  input: { before: Date; limit: number },
): Promise<string[]> {
  const where = { state: 'SUBMITTED', profile: 'user' };
  const select = { id: true } as const;
  const [never, silent, old] = await Promise.all([
    db.prisma.request.findMany({ where: { ...where, accountAskedAt: null }, select, take: input.limit }),
    db.prisma.request.findMany({
      where: { ...where, accountState: 'unreachable' },
      select,
      orderBy: { accountAskedAt: 'asc' },
      take: input.limit,
    }),
    db.prisma.request.findMany({
      where: { ...where, accountAskedAt: { lt: input.before } },
      select,
      orderBy: { accountAskedAt: 'asc' },
      take: input.limit,
    }),
  ]);
  return [...new Set([...never, ...silent, ...old].map(({ id }) => id))].slice(0, input.limit);
}
