import { randomUUID } from 'node:crypto';

import type { Queries, Tx } from './client';

export type OneTimeSecretKind =
  'first-admin' | 'mailbox' | 'lost' | 'auth-code' | 'passkey' | 'touch' | 'factor-touch';

/** Stores the hash of a secret that works once, until `expiresAt`. */
export async function insertOneTimeSecret(
  db: Queries,
  input: { kind: OneTimeSecretKind; secretHash: string; payload: unknown; now: Date; expiresAt: Date },
): Promise<void> {
  await db.prisma.oneTimeSecret.create({
    data: {
      id: randomUUID(),
      kind: input.kind,
      secretHash: input.secretHash,
      payload: JSON.stringify(input.payload),
      createdAt: input.now,
      expiresAt: input.expiresAt,
    },
  });
}

/** Uses the secret up and returns its payload; null when unknown, used before or out of date. */
export async function useOneTimeSecret(
  db: Queries | Tx,
  input: { kind: OneTimeSecretKind; secretHash: string; now: Date },
): Promise<unknown> {
  const { count } = await db.prisma.oneTimeSecret.updateMany({
    where: {
      kind: input.kind,
      secretHash: input.secretHash,
      usedAt: null,
      expiresAt: { gt: input.now },
    },
    data: { usedAt: input.now },
  });
  if (count !== 1) return null;
  const row = await db.prisma.oneTimeSecret.findUnique({ where: { secretHash: input.secretHash } });
  return row === null ? null : (JSON.parse(row.payload) as unknown);
}

/** What an unused secret stands for, without using it up; null as above. */
export async function peekOneTimeSecret(
  db: Queries,
  input: { kind: OneTimeSecretKind; secretHash: string; now: Date },
): Promise<unknown> {
  const row = await db.prisma.oneTimeSecret.findFirst({
    where: {
      kind: input.kind,
      secretHash: input.secretHash,
      usedAt: null,
      expiresAt: { gt: input.now },
    },
  });
  return row === null ? null : (JSON.parse(row.payload) as unknown);
}

/** True when an unused secret for exactly this was made since then and still works. */
export async function unusedSecretSince(
  db: Queries,
  input: { kind: OneTimeSecretKind; payload: unknown; now: Date; since: Date },
): Promise<boolean> {
  const row = await db.prisma.oneTimeSecret.findFirst({
    where: {
      kind: input.kind,
      payload: JSON.stringify(input.payload),
      usedAt: null,
      expiresAt: { gt: input.now },
      createdAt: { gte: input.since },
    },
    select: { id: true },
  });
  return row !== null;
}

/** Ends all unused secrets of a kind, e.g. older links when a new one is made. */
export async function endOneTimeSecrets(db: Queries, kind: OneTimeSecretKind, now: Date): Promise<void> {
  await db.prisma.oneTimeSecret.updateMany({ where: { kind, usedAt: null }, data: { expiresAt: now } });
}

/** Forgets what ended before. */
export async function deleteOldSecrets(db: Queries, before: Date): Promise<void> {
  await db.prisma.oneTimeSecret.deleteMany({ where: { expiresAt: { lt: before } } });
}
