import type { Queries, Tx } from './client';
import type { Certificate, Request } from './generated/sqlite/client';
import { Parameters } from './rows';

/** A certificate with what its request knows of its holder. */
export type RenewableRow = Certificate & {
  request: Pick<
    Request,
    'requesterId' | 'email' | 'emailState' | 'name' | 'locale' | 'renewsSerial' | 'participantId'
  > | null;
};

export async function findRenewable(db: Queries, serial: string): Promise<RenewableRow | null> {
  return db.prisma.certificate.findUnique({
    where: { serial },
    include: {
      request: {
        select: {
          requesterId: true,
          email: true,
          emailState: true,
          name: true,
          locale: true,
          renewsSerial: true,
          participantId: true,
        },
      },
    },
  });
}

/**
 * Marks certificates as superseded by those that renewed them. A revoked one stays revoked, but
 * knows its successor too.
 *
 * @returns the old ones that were in force, with the request that each came from
 */
export async function supersede(
  tx: Tx,
  pairs: readonly { serial: string; supersededBy: string }[],
): Promise<{ serial: string; requestId: string | null }[]> {
  if (pairs.length === 0) return [];
  const parameters = new Parameters(tx.kind);
  const values = pairs.map(({ serial, supersededBy }) => parameters.list([serial, supersededBy])).join(', ');
  const rows = await tx.prisma.$queryRawUnsafe<{ serial: string; requestId: string | null; state: string }[]>(
    `WITH v("vold", "vnew") AS (VALUES ${values}) ` +
      `UPDATE "Certificate" SET "supersededBy" = v."vnew", ` +
      `"state" = CASE WHEN "state" = 'VALID' THEN 'SUPERSEDED' ELSE "state" END FROM v ` +
      `WHERE "Certificate"."serial" = v."vold" RETURNING "serial", "requestId", "state"`,
    ...parameters.values,
  );
  return rows.flatMap(({ serial, requestId, state }) =>
    state === 'SUPERSEDED' ? [{ serial, requestId }] : [],
  );
}

/** A certificate that is about to end, with what a mail to its holder needs. */
export type EndingRow = Pick<
  Certificate,
  'serial' | 'commonName' | 'label' | 'profile' | 'email' | 'notBefore' | 'notAfter'
> & { request: Pick<Request, 'id' | 'email' | 'locale'> | null };

/**
 * Certificates in force that end by then, of which nobody was told at this threshold or a smaller one;
 * the next one first. From one index, however many there are.
 */
export async function endingUnreminded(
  db: Queries,
  input: { now: Date; endsBy: Date; days: number; limit: number },
): Promise<EndingRow[]> {
  const { now, endsBy, days, limit } = input;
  return db.prisma.certificate.findMany({
    where: {
      state: 'VALID',
      notAfter: { gt: now, lte: endsBy },
      OR: [{ remindedDays: null }, { remindedDays: { gt: days } }],
    },
    select: {
      serial: true,
      commonName: true,
      label: true,
      profile: true,
      email: true,
      notBefore: true,
      notAfter: true,
      request: { select: { id: true, email: true, locale: true } },
    },
    orderBy: [{ notAfter: 'asc' }, { serial: 'asc' }],
    take: limit,
  });
}

/**
 * Is there a certificate in force of the same name and profile that outlasts this one? Of the same
 * device, where devices are named: a telephone's says nothing about a laptop's.
 */
export async function hasSuccessor(
  db: Queries,
  row: Pick<EndingRow, 'serial' | 'commonName' | 'profile' | 'label' | 'notAfter'>,
): Promise<boolean> {
  const found = await db.prisma.certificate.findFirst({
    where: {
      commonName: row.commonName,
      profile: row.profile,
      state: 'VALID',
      notAfter: { gt: row.notAfter },
      serial: { not: row.serial },
      ...(row.label === null ? {} : { OR: [{ label: null }, { label: row.label }] }),
    },
    select: { serial: true },
  });
  return found !== null;
}

/** How many certificates in force end by then. */
export async function countEnding(db: Queries, input: { now: Date; endsBy: Date }): Promise<number> {
  return db.prisma.certificate.count({
    where: { state: 'VALID', notAfter: { gt: input.now, lte: input.endsBy } },
  });
}

/** Notes that this threshold was dealt with, so that it never is again. */
export async function markReminded(tx: Tx, serials: readonly string[], days: number): Promise<void> {
  await tx.prisma.certificate.updateMany({
    where: { serial: { in: [...serials] } },
    data: { remindedDays: days },
  });
}
