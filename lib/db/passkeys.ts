import type { Queries, Tx } from './client';
import type { Passkey } from './generated/sqlite/client';

export type PasskeyRow = Passkey;

/** PostgreSQL's INTEGER; an authenticator's counter has one bit more, which none has ever reached. */
const COUNTER_MAX = 2 ** 31 - 1;

export async function insertPasskey(tx: Tx, row: Omit<PasskeyRow, 'lastUsedAt'>): Promise<void> {
  await tx.prisma.passkey.create({
    data: { ...row, publicKey: Uint8Array.from(row.publicKey), counter: Math.min(row.counter, COUNTER_MAX) },
  });
}

export async function findPasskey(db: Queries, id: string): Promise<PasskeyRow | null> {
  return db.prisma.passkey.findUnique({ where: { id } });
}

/** A person's passkeys, oldest first; there are few. */
export async function passkeysOf(db: Queries, userId: string): Promise<PasskeyRow[]> {
  return db.prisma.passkey.findMany({ where: { userId }, orderBy: { createdAt: 'asc' }, take: 100 });
}

/** The passkey was touched. */
export async function touchPasskey(
  db: Queries,
  input: { id: string; counter: number; backedUp: boolean; at: Date },
): Promise<void> {
  const { id, counter, backedUp, at } = input;
  await db.prisma.passkey.updateMany({
    where: { id },
    data: { counter: Math.min(counter, COUNTER_MAX), backedUp, lastUsedAt: at },
  });
}

/** The same where the counter is still `last`; false when another touch came in between. */
export async function takePasskeyCounter(
  tx: Tx,
  input: { id: string; last: number; counter: number; backedUp: boolean; at: Date },
): Promise<boolean> {
  const { id, last, counter, backedUp, at } = input;
  const { count } = await tx.prisma.passkey.updateMany({
    where: { id, counter: last },
    data: { counter: Math.min(counter, COUNTER_MAX), backedUp, lastUsedAt: at },
  });
  return count === 1;
}

/** Takes all of a person's passkeys away. */
export async function deletePasskeysOf(tx: Tx, userId: string): Promise<void> {
  await tx.prisma.passkey.deleteMany({ where: { userId } });
}

/** Takes a person's passkey away; false when it is not theirs. */
export async function deletePasskey(tx: Tx, input: { id: string; userId: string }): Promise<boolean> {
  const { count } = await tx.prisma.passkey.deleteMany({ where: input });
  return count === 1;
}
