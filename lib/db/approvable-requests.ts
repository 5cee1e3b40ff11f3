import type { Queries } from './client';
import type { RequestRow } from './requests';

/** What deciding on a request in a selection needs: no CSR, no checks. */
export type ApprovableRow = Pick<
  RequestRow,
  | 'id'
  | 'state'
  | 'version'
  | 'finding'
  | 'profile'
  | 'commonName'
  | 'email'
  | 'emailState'
  | 'dnsNames'
  | 'ipAddresses'
  | 'csrSha256'
  | 'requesterId'
  | 'endsAt'
>;

const COLUMNS = {
  id: true,
  state: true,
  version: true,
  finding: true,
  profile: true,
  commonName: true,
  email: true,
  emailState: true,
  dnsNames: true,
  ipAddresses: true,
  csrSha256: true,
  requesterId: true,
  endsAt: true,
} as const;

/** These requests, by their ids; what is not there is left out. */
export async function approvableRequests(db: Queries, ids: readonly string[]): Promise<ApprovableRow[]> {
  return db.prisma.request.findMany({
    where: { id: { in: [...ids] } },
    select: COLUMNS,
    orderBy: { id: 'asc' },
  });
}

/** Waiting requests without findings, oldest first. */
export async function cleanRequests(db: Queries, limit: number): Promise<ApprovableRow[]> {
  return db.prisma.request.findMany({
    where: { state: 'SUBMITTED', finding: 'clean' },
    select: COLUMNS,
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    take: limit,
  });
}

/** Where these requests stand on their way to a signature. */
export async function signingStates(
  db: Queries,
  ids: readonly string[],
): Promise<Pick<RequestRow, 'state' | 'signAfter'>[]> {
  return db.prisma.request.findMany({
    where: { id: { in: [...ids] } },
    select: { state: true, signAfter: true },
  });
}
