import type { Queries } from './client';

/** The stored state of a certificate (VALID, REVOKED, SUPERSEDED), or null when the serial is unknown. */
export async function findCertificateState(db: Queries, serial: string): Promise<string | null> {
  const row = await db.prisma.certificate.findUnique({ where: { serial }, select: { state: true } });
  return row?.state ?? null;
}
