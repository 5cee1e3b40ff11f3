import type { TestHouse } from './ctx';

/** What waits to be sent or was sent, oldest first. */
export async function outboxOf(
  house: Pick<TestHouse, 'database'>,
): Promise<{ recipient: string; template: string; vars: Record<string, string> }[]> {
  const rows = await house.database.db.prisma.outboxMail.findMany({ orderBy: { createdAt: 'asc' } });
  return rows.map(({ recipient, template, vars }) => ({
    recipient,
    template,
    vars: JSON.parse(vars) as Record<string, string>,
  }));
}
