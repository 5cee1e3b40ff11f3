import type { Queries, Tx } from './client';
import type { RequestSummary, RequestRow } from './requests';
import { Parameters } from './rows';

/**
 * Moves up to `limit` approved requests to SIGNING for this process, in one statement: of two
 * processes only one gets a row. Oldest first.
 *
 * @param input.ids    only these, when given
 * @param input.dueAt  only those whose undo time has passed, when given
 * @returns the ids
 */
export async function claimApproved(
  tx: Tx,
  input: { claimedBy: string; now: Date; limit: number; ids?: readonly string[]; dueAt?: Date },
): Promise<string[]> {
  if (input.ids?.length === 0) return [];
  const parameters = new Parameters(tx.kind);
  const set =
    `"state" = 'SIGNING', "claimedBy" = ${parameters.add(input.claimedBy)}, ` +
    `"claimedAt" = ${timestamp(tx, parameters, input.now)}, "updatedAt" = ${timestamp(tx, parameters, input.now)}`;
  const conditions = [`"state" = 'APPROVED'`];
  if (input.ids !== undefined) conditions.push(`"id" IN ${parameters.list([...input.ids])}`);
  if (input.dueAt !== undefined) conditions.push(`"signAfter" <= ${timestamp(tx, parameters, input.dueAt)}`);
  const rows = await tx.prisma.$queryRawUnsafe<{ id: string }[]>(
    `UPDATE "Request" SET ${set} WHERE "id" IN (SELECT "id" FROM "Request" WHERE ${conditions.join(' AND ')} ` +
      `ORDER BY "createdAt", "id" LIMIT ${Math.trunc(input.limit)}) RETURNING "id"`,
    ...parameters.values,
  );
  return rows.map((row) => row.id);
}

/** PostgreSQL does not guess a parameter's type in every place. */
function timestamp(tx: Tx, parameters: Parameters, at: Date): string {
  const placeholder = parameters.add(at);
  return tx.kind === 'sqlite' ? placeholder : `${placeholder}::timestamp`;
}

export type ClaimedRow = Pick<
  RequestRow,
  | 'id'
  | 'version'
  | 'csrDer'
  | 'commonName'
  | 'email'
  | 'spkiSha256'
  | 'keyLabel'
  | 'label'
  | 'profile'
  | 'locale'
  | 'renewsSerial'
> & {
  approvals: {
    version: number;
    approverId: string;
    approver: string;
    digest: string;
    content: string;
    method: string;
    evidence: string | null;
    createdAt: Date;
    expiresAt: Date;
  }[];
};

/** What the signer needs of these requests, with their approvals. */
export async function claimedRows(db: Queries, ids: readonly string[]): Promise<ClaimedRow[]> {
  return db.prisma.request.findMany({
    where: { id: { in: [...ids] } },
    select: {
      id: true,
      version: true,
      csrDer: true,
      commonName: true,
      email: true,
      spkiSha256: true,
      keyLabel: true,
      label: true,
      profile: true,
      locale: true,
      renewsSerial: true,
      approvals: {
        select: {
          version: true,
          approverId: true,
          approver: true,
          digest: true,
          content: true,
          method: true,
          evidence: true,
          createdAt: true,
          expiresAt: true,
        },
        orderBy: { createdAt: 'asc' },
      },
    },
  });
}

/** Gives requests back to the queue whose order the signer never signed. Returns those that moved. */
export async function releaseClaims(tx: Tx, ids: readonly string[], now: Date): Promise<string[]> {
  if (ids.length === 0) return [];
  const parameters = new Parameters(tx.kind);
  const at = timestamp(tx, parameters, now);
  const rows = await tx.prisma.$queryRawUnsafe<{ id: string }[]>(
    `UPDATE "Request" SET "state" = 'APPROVED', "claimedBy" = NULL, "updatedAt" = ${at} ` +
      `WHERE "state" = 'SIGNING' AND "id" IN ${parameters.list([...ids])} RETURNING "id"`,
    ...parameters.values,
  );
  return rows.map((row) => row.id);
}

/** SIGNING → SUBMITTED as a new version: what was approved cannot be signed any more. Returns those that moved. */
export async function returnClaims(tx: Tx, ids: readonly string[], now: Date): Promise<string[]> {
  if (ids.length === 0) return [];
  const parameters = new Parameters(tx.kind);
  const at = timestamp(tx, parameters, now);
  const rows = await tx.prisma.$queryRawUnsafe<{ id: string }[]>(
    `UPDATE "Request" SET "state" = 'SUBMITTED', "version" = "version" + 1, "claimedBy" = NULL, ` +
      `"decidedBy" = NULL, "decidedAt" = NULL, "signAfter" = NULL, "updatedAt" = ${at} ` +
      `WHERE "state" = 'SIGNING' AND "id" IN ${parameters.list([...ids])} RETURNING "id"`,
    ...parameters.values,
  );
  return rows.map((row) => row.id);
}

/** SIGNING → FAILED, each with its code and reason. */
export async function failClaims(
  tx: Tx,
  failures: readonly { id: string; code: string; reason: string }[],
  now: Date,
): Promise<void> {
  for (const { id, code, reason } of failures) {
    await tx.prisma.request.updateMany({
      where: { id, state: 'SIGNING' },
      data: { state: 'FAILED', failureCode: code, reason, claimedBy: null, updatedAt: now },
    });
  }
}

/**
 * → ISSUED with the serial, for all of a batch in one statement. From SIGNING; also from APPROVED,
 * for a batch that was taken for dead, given back, and then got its answer after all.
 *
 * @returns the ids that moved
 */
export async function issueClaims(
  tx: Tx,
  issued: readonly { id: string; serial: string }[],
  now: Date,
): Promise<string[]> {
  if (issued.length === 0) return [];
  const parameters = new Parameters(tx.kind);
  const values = issued.map(({ id, serial }) => parameters.list([id, serial])).join(', ');
  const at = timestamp(tx, parameters, now);
  const rows = await tx.prisma.$queryRawUnsafe<{ id: string }[]>(
    `WITH v("vid", "vserial") AS (VALUES ${values}) ` +
      `UPDATE "Request" SET "state" = 'ISSUED', "serial" = v."vserial", "claimedBy" = NULL, ` +
      `"reason" = NULL, "failureCode" = NULL, "updatedAt" = ${at} FROM v ` +
      `WHERE "Request"."id" = v."vid" AND "state" IN ('SIGNING', 'APPROVED') RETURNING "id"`,
    ...parameters.values,
  );
  return rows.map((row) => row.id);
}

/** Requests in SIGNING with who claimed them and when. */
export async function signingClaims(
  db: Queries,
): Promise<Pick<RequestSummary, 'id' | 'claimedBy' | 'claimedAt'>[]> {
  return db.prisma.request.findMany({
    where: { state: 'SIGNING' },
    select: { id: true, claimedBy: true, claimedAt: true },
    take: 2000,
  });
}

/** How many are approved, and of these how many may be signed at `dueAt`. */
export async function countApproved(
  db: Queries,
  input: { ids?: readonly string[]; dueAt?: Date },
): Promise<number> {
  return db.prisma.request.count({
    where: {
      state: 'APPROVED',
      ...(input.ids === undefined ? {} : { id: { in: [...input.ids] } }),
      ...(input.dueAt === undefined ? {} : { signAfter: { lte: input.dueAt } }),
    },
  });
}
