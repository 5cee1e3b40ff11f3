import type { OwnProofs } from '../ctx';
import type { Queries } from './client';
import { requestsOfEvent } from './events';
import type { Certificate } from './generated/sqlite/client';

/** What revoking, and telling people about it, needs to know of a certificate. */
export type RevocableRow = Pick<
  Certificate,
  | 'serial'
  | 'requestId'
  | 'state'
  | 'profile'
  | 'commonName'
  | 'email'
  | 'spkiSha256'
  | 'keyLabel'
  | 'label'
  | 'notBefore'
  | 'notAfter'
  | 'revokedAt'
  | 'revocationReason'
> & { request: { email: string | null; emailState: string; locale: string } | null };

const COLUMNS = {
  serial: true,
  requestId: true,
  state: true,
  profile: true,
  commonName: true,
  email: true,
  spkiSha256: true,
  keyLabel: true,
  label: true,
  notBefore: true,
  notAfter: true,
  revokedAt: true,
  revocationReason: true,
  request: { select: { email: true, emailState: true, locale: true } },
} as const;

/** Values of one IN list: well below what either database takes. */
const LIST_MAX = 1000;

/** By what somebody may take a certificate back; the strongest that fits. */
export type OwnProof = 'certificate' | 'pick-up secret' | 'mailbox' | 'sign-in';

/** One of several ways to name certificates. */
export type RevocableFilter =
  | { commonName: string }
  /** An address that stands in the certificate, or that its requester proved. */
  | { email: string }
  | { spkiSha256s: readonly string[] }
  | { serials: readonly string[] }
  | { eventId: string };

/** These certificates, whatever their state; serials that are not known are left out. */
export async function certificatesBySerial(db: Queries, serials: readonly string[]): Promise<RevocableRow[]> {
  const rows = [];
  for (const some of inLists(serials)) {
    rows.push(
      ...(await db.prisma.certificate.findMany({ where: { serial: { in: some } }, select: COLUMNS })),
    );
  }
  return rows;
}

/**
 * What of these certificates can still be revoked: not expired, and not revoked but for a hold, which may
 * become a real revocation. Newest first.
 *
 * @param input.held whether those on hold count
 */
export async function revocableCertificates(
  db: Queries,
  input: { filter: RevocableFilter; now: Date; held: boolean },
): Promise<RevocableRow[]> {
  const { filter, now, held } = input;
  const found = new Map<string, RevocableRow>();
  const add = async (where: object): Promise<void> => {
    const rows = await db.prisma.certificate.findMany({
      where: {
        ...where,
        notAfter: { gte: now },
        OR: [{ state: { not: 'REVOKED' } }, ...(held ? [{ revocationReason: 'certificateHold' }] : [])],
      },
      select: COLUMNS,
    });
    for (const row of rows) found.set(row.serial, row);
  };
  if ('eventId' in filter) {
    for (const some of inLists(await requestsOfEvent(db, filter.eventId))) {
      await add({ requestId: { in: some } });
    }
  } else if ('commonName' in filter) await add({ commonName: filter.commonName });
  else if ('email' in filter) {
    await add({ email: filter.email });
    for (const some of inLists(await serialsOfProvenAddress(db, filter.email))) {
      await add({ serial: { in: some } });
    }
  } else if ('serials' in filter) {
    for (const some of inLists(filter.serials)) await add({ serial: { in: some } });
  } else {
    for (const some of inLists(filter.spkiSha256s)) await add({ spkiSha256: { in: some } });
  }
  return [...found.values()].sort((a, b) => b.notBefore.getTime() - a.notBefore.getTime());
}

/**
 * The serials that these proofs are about, each with the strongest proof. A certificate also speaks for
 * others of the same name with the same address in them: the address was proven for both.
 */
export async function ownSerials(db: Queries, proofs: OwnProofs): Promise<Map<string, OwnProof>> {
  const own = new Map<string, OwnProof>();
  const add = (serials: readonly (string | null)[], proof: OwnProof): void => {
    for (const serial of serials) if (serial !== null && !own.has(serial)) own.set(serial, proof);
  };
  if (proofs.serial !== null) add(await serialsOfHolder(db, proofs.serial), 'certificate');
  if (proofs.requestIds.length > 0) {
    const rows = await db.prisma.certificate.findMany({
      where: { requestId: { in: [...proofs.requestIds] } },
      select: { serial: true },
    });
    add(
      rows.map((row) => row.serial),
      'pick-up secret',
    );
  }
  if (proofs.email !== null) {
    const rows = await db.prisma.certificate.findMany({
      where: { email: proofs.email },
      select: { serial: true },
    });
    add(
      rows.map((row) => row.serial),
      'mailbox',
    );
    add(await serialsOfProvenAddress(db, proofs.email), 'mailbox');
  }
  if (proofs.userId !== null) {
    const rows = await db.prisma.request.findMany({
      where: { requesterId: proofs.userId, serial: { not: null } },
      select: { serial: true },
    });
    add(
      rows.map((row) => row.serial),
      'sign-in',
    );
  }
  return own;
}

/** Names among these whose holder has another certificate that is valid now, beside the ones given. */
export async function namesWithOtherCertificates(
  db: Queries,
  input: { commonNames: readonly string[]; except: ReadonlySet<string>; now: Date },
): Promise<Set<string>> {
  const names = new Set<string>();
  for (const some of inLists(input.commonNames)) {
    const rows = await db.prisma.certificate.findMany({
      where: {
        commonName: { in: some },
        state: { not: 'REVOKED' },
        notBefore: { lte: input.now },
        notAfter: { gte: input.now },
      },
      select: { serial: true, commonName: true },
    });
    for (const row of rows) if (!input.except.has(row.serial)) names.add(row.commonName);
  }
  return names;
}

async function serialsOfHolder(db: Queries, serial: string): Promise<string[]> {
  const shown = await db.prisma.certificate.findUnique({
    where: { serial },
    select: { commonName: true, email: true },
  });
  if (shown === null || shown.email === null) return [serial];
  const others = await db.prisma.certificate.findMany({
    where: { email: shown.email, commonName: shown.commonName },
    select: { serial: true },
  });
  return [serial, ...others.map((row) => row.serial)];
}

async function serialsOfProvenAddress(db: Queries, email: string): Promise<string[]> {
  const rows = await db.prisma.request.findMany({
    where: { email, emailState: 'proven', serial: { not: null } },
    select: { serial: true },
  });
  return rows.flatMap((row) => row.serial ?? []);
}

function* inLists<T>(values: readonly T[]): Generator<T[]> {
  for (let at = 0; at < values.length; at += LIST_MAX) yield values.slice(at, at + LIST_MAX);
}
