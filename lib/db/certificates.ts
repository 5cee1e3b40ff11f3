import type { Queries, Tx } from './client';
import type { Certificate, Request } from './generated/sqlite/client';
import { insertRows, Parameters } from './rows';

/** What a certificate follows stands with its request. */
type Lineage = { request: Pick<Request, 'renewsSerial'> | null };
export type CertificateRow = Certificate & Lineage;
export type CertificateSummary = Omit<Certificate, 'der'> & Lineage;

const LINEAGE = { request: { select: { renewsSerial: true } } } as const;
/** For a query that has a certificate beside something else. */
export const SUMMARY = { omit: { der: true }, include: LINEAGE } as const;

const COLUMNS = [
  'serial',
  'requestId',
  'state',
  'profile',
  'commonName',
  'subject',
  'email',
  'spkiSha256',
  'fingerprintSha256',
  'keyLabel',
  'label',
  'der',
  'notBefore',
  'notAfter',
  'revokedAt',
  'revocationReason',
  'caKeyId',
  'source',
  'createdAt',
] as const;

/** What is known when a certificate was just issued. */
export type NewCertificate = Pick<Certificate, (typeof COLUMNS)[number]>;

export async function insertCertificates(tx: Tx, rows: readonly NewCertificate[]): Promise<void> {
  await insertRows(tx, 'Certificate', COLUMNS, rows);
}

/** Remembers the first time; later ones change nothing. */
export async function setFirstUse(
  db: Queries,
  which: { requestId: string } | { serial: string },
  use: 'fetchedAt' | 'seenAt',
  now: Date,
): Promise<void> {
  // Looked up first: almost always it is known, and a page need not wait for the lock of a write.
  const row = await db.prisma.certificate.findFirst({
    where: { ...which, [use]: null },
    select: { serial: true },
  });
  if (row === null) return;
  await db.prisma.certificate.updateMany({
    where: { serial: row.serial, [use]: null },
    data: { [use]: now },
  });
}

/** Which of these serials are stored already. */
export async function knownSerials(db: Queries, serials: readonly string[]): Promise<Set<string>> {
  const rows = await db.prisma.certificate.findMany({
    where: { serial: { in: [...serials] } },
    select: { serial: true },
  });
  return new Set(rows.map((row) => row.serial));
}

export async function findCertificateRow(db: Queries, serial: string): Promise<CertificateRow | null> {
  return db.prisma.certificate.findUnique({ where: { serial }, include: LINEAGE });
}

/** Of the certificates that these requests became, in no order. */
export async function serialsOfRequests(db: Queries, requestIds: readonly string[]): Promise<string[]> {
  const rows = await db.prisma.certificate.findMany({
    where: { requestId: { in: [...requestIds] } },
    select: { serial: true },
  });
  return rows.map(({ serial }) => serial);
}

export async function certificateOfRequest(db: Queries, requestId: string): Promise<CertificateRow | null> {
  return db.prisma.certificate.findUnique({ where: { requestId }, include: LINEAGE });
}

type Holder = Pick<
  Certificate,
  | 'serial'
  | 'state'
  | 'commonName'
  | 'email'
  | 'spkiSha256'
  | 'notAfter'
  | 'revocationReason'
  | 'profile'
  | 'seenAt'
  | 'createdAt'
> & {
  request: {
    id: string;
    requesterId: string | null;
    email: string | null;
    locale: string;
    addressKey: string;
    participantId: string | null;
  } | null;
};

const HOLDER = {
  serial: true,
  state: true,
  commonName: true,
  email: true,
  spkiSha256: true,
  notAfter: true,
  revocationReason: true,
  profile: true,
  seenAt: true,
  createdAt: true,
  request: {
    select: {
      id: true,
      requesterId: true,
      email: true,
      locale: true,
      addressKey: true,
      participantId: true,
    },
  },
} as const;

/** Certificates of this name, newest first, with who asked for them. */
export async function certificatesWithName(db: Queries, commonName: string): Promise<Holder[]> {
  return db.prisma.certificate.findMany({
    where: { commonName },
    select: HOLDER,
    orderBy: { createdAt: 'desc' },
    take: 50,
  });
}

export async function certificatesWithKey(db: Queries, spkiSha256: string): Promise<Holder[]> {
  return db.prisma.certificate.findMany({
    where: { spkiSha256 },
    select: HOLDER,
    orderBy: { createdAt: 'desc' },
    take: 50,
  });
}

/** Marks these as revoked, each with its instant and reason; also those that were revoked before. */
export async function markRevoked(
  tx: Tx,
  revocations: readonly { serial: string; revokedAt: Date; reason: string }[],
): Promise<void> {
  // One call of the signer gives all of its certificates the same instant and reason.
  const groups = new Map<string, { revokedAt: Date; reason: string; serials: string[] }>();
  for (const { serial, revokedAt, reason } of revocations) {
    const key = `${revokedAt.getTime()} ${reason}`;
    const group = groups.get(key) ?? { revokedAt, reason, serials: [] };
    group.serials.push(serial);
    groups.set(key, group);
  }
  for (const { revokedAt, reason, serials } of groups.values()) {
    for (let at = 0; at < serials.length; at += 1000) {
      await tx.prisma.certificate.updateMany({
        where: { serial: { in: serials.slice(at, at + 1000) } },
        data: { state: 'REVOKED', revokedAt, revocationReason: reason },
      });
    }
  }
}

/**
 * Ends holds: the certificates are what they were before, valid or superseded. What was revoked for good
 * stays so.
 */
export async function markReleased(tx: Tx, serials: readonly string[]): Promise<void> {
  for (let at = 0; at < serials.length; at += 500) {
    const held = {
      serial: { in: serials.slice(at, at + 500) },
      state: 'REVOKED',
      revocationReason: 'certificateHold',
    };
    const released = { revokedAt: null, revocationReason: null };
    await tx.prisma.certificate.updateMany({
      where: { ...held, supersededBy: null },
      data: { ...released, state: 'VALID' },
    });
    await tx.prisma.certificate.updateMany({
      where: { ...held, supersededBy: { not: null } },
      data: { ...released, state: 'SUPERSEDED' },
    });
  }
}

export async function revokedSerials(
  db: Queries,
): Promise<{ serial: string; revokedAt: Date | null; revocationReason: string | null }[]> {
  return db.prisma.certificate.findMany({
    where: { state: 'REVOKED' },
    select: { serial: true, revokedAt: true, revocationReason: true },
  });
}

export type CertificateFilter = {
  state?: 'VALID' | 'REVOKED' | 'EXPIRED' | 'SUPERSEDED' | undefined;
  prefixes?: { serial: string; commonName: string; email: string; fingerprintSha256: string } | undefined;
  /** Only those in force that end by then, the next one first; otherwise the newest are first. */
  endsBy?: Date | undefined;
  /** Only those in force of people whose account has ended, or is gone, as the directory said last. */
  accountEnded?: boolean | undefined;
  now: Date;
  after?: { key: string; id: string } | undefined;
  limit: number;
};

const PREFIX_COLUMNS = ['serial', 'commonName', 'email', 'fingerprintSha256'] as const;

/** One page of certificates by keyset; EXPIRED follows from `notAfter`. */
export async function listCertificateRows(
  db: Queries,
  filter: CertificateFilter,
): Promise<CertificateSummary[]> {
  const parameters = new Parameters(db.kind);
  const source =
    filter.prefixes === undefined
      ? '"Certificate" AS c'
      : `(${PREFIX_COLUMNS.map((name) => {
          const prefix = filter.prefixes?.[name] ?? '';
          return (
            'SELECT "serial", "state", "notAfter", "createdAt", "commonName", "profile" FROM "Certificate" ' +
            `WHERE "${name}" >= ${parameters.add(prefix)} AND "${name}" < ${parameters.add(`${prefix}\u{10FFFF}`)}`
          );
        }).join(' UNION ')}) AS c`;
  const conditions: string[] = [];
  if (filter.state === 'EXPIRED') {
    conditions.push(`c."state" = 'VALID' AND c."notAfter" < ${parameters.add(filter.now)}`);
  } else if (filter.state === 'VALID') {
    conditions.push(`c."state" = 'VALID' AND c."notAfter" >= ${parameters.add(filter.now)}`);
  } else if (filter.state !== undefined) {
    conditions.push(`c."state" = ${parameters.add(filter.state)}`);
  }
  if (filter.accountEnded === true) {
    conditions.push(
      `c."state" = 'VALID' AND c."notAfter" >= ${parameters.add(filter.now)} AND c."profile" = 'user'`,
    );
    conditions.push(
      `c."commonName" IN (SELECT "account" FROM "AccountStatus" WHERE "state" IN ('ended', 'unknown', 'system'))`,
    );
  }
  const ending = filter.endsBy !== undefined;
  if (filter.endsBy !== undefined) {
    const range = [parameters.add(filter.now), parameters.add(filter.endsBy)];
    conditions.push(`c."state" = 'VALID' AND c."notAfter" BETWEEN ${range.join(' AND ')}`);
  }
  const [key, way, order] = ending ? ['notAfter', '>', 'ASC'] : ['createdAt', '<', 'DESC'];
  if (filter.after !== undefined) {
    const at = parameters.add(new Date(filter.after.key));
    conditions.push(`(c."${key}", c."serial") ${way} (${at}, ${parameters.add(filter.after.id)})`);
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const found = await db.prisma.$queryRawUnsafe<{ serial: string }[]>(
    `SELECT c."serial" FROM ${source} ${where} ORDER BY c."${key}" ${order}, c."serial" ${order} ` +
      `LIMIT ${Math.trunc(filter.limit)}`,
    ...parameters.values,
  );
  if (found.length === 0) return [];
  const rows = await db.prisma.certificate.findMany({
    where: { serial: { in: found.map((row) => row.serial) } },
    omit: { der: true },
    include: LINEAGE,
  });
  const bySerial = new Map(rows.map((row) => [row.serial, row]));
  return found.flatMap((row) => bySerial.get(row.serial) ?? []);
}
