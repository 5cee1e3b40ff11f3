import type { Queries, Tx } from './client';
import type { RequestRow } from './requests';

/** A name and a key about which something has changed since the waiting requests with them were checked. */
export type FindingChange = { id: number; commonName: string; spkiSha256: string };

/** Everything that the checks look at: all columns but the CSR's bytes. */
export type CheckedRow = Omit<RequestRow, 'csrDer'>;

/** What changed first. The triggers on Request, Certificate and BlockedKey write it. */
export async function findingChanges(db: Queries, limit: number): Promise<FindingChange[]> {
  return db.prisma.findingChange.findMany({ orderBy: { id: 'asc' }, take: limit });
}

export async function forgetFindingChanges(tx: Tx, changes: readonly FindingChange[]): Promise<void> {
  await tx.prisma.findingChange.deleteMany({ where: { id: { in: changes.map(({ id }) => id) } } });
}

/** The waiting requests with one of these names or keys. */
export async function waitingAmong(
  db: Queries,
  changes: readonly FindingChange[],
  limit: number,
): Promise<CheckedRow[]> {
  const names = [...new Set(changes.map(({ commonName }) => commonName))];
  const keys = [...new Set(changes.map(({ spkiSha256 }) => spkiSha256))];
  return db.prisma.request.findMany({
    where: { state: 'SUBMITTED', OR: [{ commonName: { in: names } }, { spkiSha256: { in: keys } }] },
    omit: { csrDer: true },
    take: limit,
  });
}

export async function setChecks(
  tx: Tx,
  id: string,
  found: { checks: string; finding: string },
): Promise<void> {
  await tx.prisma.request.update({ where: { id }, data: found });
}
