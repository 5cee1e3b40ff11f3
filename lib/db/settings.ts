import type { Queries } from './client';

export async function readSetting(db: Queries, key: string): Promise<string | null> {
  return (await db.prisma.setting.findUnique({ where: { key } }))?.value ?? null;
}

export async function writeSetting(db: Queries, key: string, value: string): Promise<void> {
  await db.prisma.setting.upsert({ where: { key }, create: { key, value }, update: { value } });
}
