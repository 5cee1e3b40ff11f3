import type { Queries } from './client';

/** A sign-in. `amr` is a JSON array; `endedAt` is set by signing out. */
export type SessionRow = {
  idHash: string;
  userId: string;
  method: string;
  secondFactor: boolean;
  acr: string | null;
  amr: string;
  agent: string;
  createdAt: Date;
  lastSeenAt: Date;
  expiresAt: Date;
  endedAt: Date | null;
  /** When a present factor was shown again in it. */
  confirmedAt: Date | null;
};

export async function insertSession(db: Queries, row: SessionRow): Promise<void> {
  await db.prisma.session.create({ data: row });
}

export async function findSession(db: Queries, idHash: string): Promise<SessionRow | null> {
  return db.prisma.session.findUnique({ where: { idHash } });
}

/** Notes that somebody is there, unless that was noted since `before`: not a write with every click. */
export async function touchSession(
  db: Queries,
  input: { idHash: string; at: Date; before: Date },
): Promise<void> {
  await db.prisma.session.updateMany({
    where: { idHash: input.idHash, lastSeenAt: { lt: input.before } },
    data: { lastSeenAt: input.at },
  });
}

/** Notes that a present factor was shown again in this session. */
export async function confirmSession(db: Queries, input: { idHash: string; at: Date }): Promise<void> {
  await db.prisma.session.updateMany({
    where: { idHash: input.idHash, endedAt: null },
    data: { confirmedAt: input.at },
  });
}

/** The sessions of somebody that have neither ended nor run out, newest first. */
export async function listSessions(
  db: Queries,
  input: { userId: string; now: Date; seenSince: Date },
): Promise<SessionRow[]> {
  return db.prisma.session.findMany({
    where: {
      userId: input.userId,
      endedAt: null,
      expiresAt: { gt: input.now },
      lastSeenAt: { gt: input.seenSince },
    },
    orderBy: [{ createdAt: 'desc' }, { idHash: 'asc' }],
    take: 100,
  });
}

/** Ends one session. @returns false when there is none, or it is not this person's, or had ended */
export async function endSession(
  db: Queries,
  input: { idHash: string; userId: string; at: Date },
): Promise<boolean> {
  const { count } = await db.prisma.session.updateMany({
    where: { idHash: input.idHash, userId: input.userId, endedAt: null },
    data: { endedAt: input.at },
  });
  return count === 1;
}

/** Ends all sessions of a person, or all but one. @returns how many */
export async function endSessions(
  db: Queries,
  input: { userId: string; except?: string; at: Date },
): Promise<number> {
  const { userId, except, at } = input;
  const { count } = await db.prisma.session.updateMany({
    where: { userId, endedAt: null, ...(except === undefined ? {} : { idHash: { not: except } }) },
    data: { endedAt: at },
  });
  return count;
}

/** Forgets sessions that could not be used since then anyhow. */
export async function deleteOldSessions(db: Queries, before: Date): Promise<void> {
  await db.prisma.session.deleteMany({ where: { expiresAt: { lt: before } } });
}
