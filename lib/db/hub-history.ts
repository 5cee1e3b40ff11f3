import type { HubState, HubWhy } from '../hubs/hub-state';
import type { Queries, Tx } from './client';
import { insertRows, Parameters } from './rows';

/** The states in the order of a day's columns. */
export const DAY_STATES = ['up', 'starting', 'degraded', 'down', 'stale', 'unknown'] as const;

/** Whole seconds in each state. */
export type StateSeconds = Record<HubState, number>;
/** `day` is a UTC date, YYYY-MM-DD. */
export type HubDayRow = { hub: string; day: string; seconds: StateSeconds };
/** `to` is null while it lasts. */
export type HubOutageRow = {
  id: string;
  hub: string;
  from: Date;
  to: Date | null;
  state: HubState;
  why: HubWhy;
};
export type HubLastRow = { hub: string; state: HubState; since: Date; why: HubWhy; version: string | null };

/** Who writes the history, and until when: an instant and a name, so that text order is time order. */
const WRITER = 'hubs.historian';

/**
 * Takes or keeps the right to write the history. Several web processes probe; only one of them counts,
 * or a minute would count twice.
 *
 * @param me    names this process and its successor after a restart
 * @param until when another may take over
 * @returns whether it is ours, and when it would have ended: how fresh the record is
 */
export async function holdHistory(
  tx: Tx,
  { me, now, until }: { me: string; now: Date; until: Date },
): Promise<{ ours: boolean; heldUntil: Date | null }> {
  const row = await tx.prisma.setting.findUnique({ where: { key: WRITER } });
  const [end = '', ...name] = row?.value.split(' ') ?? [];
  const heldUntil = Number.isNaN(Date.parse(end)) ? null : new Date(end);
  const free = heldUntil === null || heldUntil <= now || name.join(' ') === me;
  if (!free) return { ours: false, heldUntil };
  const value = `${until.toISOString()} ${me}`;
  await tx.prisma.setting.upsert({
    where: { key: WRITER },
    create: { key: WRITER, value },
    update: { value },
  });
  return { ours: true, heldUntil };
}

/** When the record would have been taken over: it was written a lease's length before. Null if never. */
export async function historyHeldUntil(db: Queries): Promise<Date | null> {
  const row = await db.prisma.setting.findUnique({ where: { key: WRITER } });
  const at = Date.parse(row?.value.split(' ')[0] ?? '');
  return Number.isNaN(at) ? null : new Date(at);
}

/** Adds seconds to days; one statement for hundreds of hubs, since it runs every minute. */
export async function addHubSeconds(tx: Tx, rows: readonly HubDayRow[]): Promise<void> {
  const columns = DAY_STATES.map((state) => `"${state}Seconds"`);
  for (let at = 0; at < rows.length; at += 500) {
    const parameters = new Parameters(tx.kind);
    const tuples = rows
      .slice(at, at + 500)
      .map(({ hub, day, seconds }) =>
        parameters.list([hub, day, ...DAY_STATES.map((state) => Math.round(seconds[state]))]),
      );
    await tx.prisma.$executeRawUnsafe(
      `INSERT INTO "HubDay" ("hub", "day", ${columns.join(', ')}) VALUES ${tuples.join(', ')} ` +
        `ON CONFLICT ("hub", "day") DO UPDATE SET ` +
        columns.map((column) => `${column} = "HubDay".${column} + excluded.${column}`).join(', '),
      ...parameters.values,
    );
  }
}

/**
 * Days from `since` on, in their order.
 *
 * @param filter.hubs only these; all without it
 */
export async function hubDays(
  db: Queries,
  filter: { since: string; hubs?: readonly string[] },
): Promise<HubDayRow[]> {
  const rows = await db.prisma.hubDay.findMany({
    where: { day: { gte: filter.since }, ...(filter.hubs ? { hub: { in: [...filter.hubs] } } : {}) },
    orderBy: [{ hub: 'asc' }, { day: 'asc' }],
  });
  return rows.map((row) => ({
    hub: row.hub,
    day: row.day,
    seconds: {
      up: row.upSeconds,
      starting: row.startingSeconds,
      degraded: row.degradedSeconds,
      down: row.downSeconds,
      stale: row.staleSeconds,
      unknown: row.unknownSeconds,
    },
  }));
}

/** Outages that last. */
export async function openOutages(db: Queries): Promise<HubOutageRow[]> {
  return (await db.prisma.hubOutage.findMany({ where: { to: null } })).map(outageOf);
}

/** The newest outages first. */
export async function newestOutages(
  db: Queries,
  filter: { limit: number; hubs?: readonly string[] },
): Promise<HubOutageRow[]> {
  const rows = await db.prisma.hubOutage.findMany({
    where: filter.hubs ? { hub: { in: [...filter.hubs] } } : {},
    orderBy: [{ from: 'desc' }, { id: 'desc' }],
    take: filter.limit,
  });
  return rows.map(outageOf);
}

function outageOf(row: {
  id: string;
  hub: string;
  from: Date;
  to: Date | null;
  state: string;
  why: string;
}): HubOutageRow {
  return { ...row, state: row.state as HubState, why: row.why as HubWhy };
}

/** Writes an outage as it stands now: a new one, or what became of one. */
export async function storeOutage(tx: Tx, row: HubOutageRow): Promise<void> {
  await tx.prisma.hubOutage.upsert({ where: { id: row.id }, create: row, update: row });
}

/** What was known of each hub when it changed last. */
export async function lastOfHubs(db: Queries): Promise<HubLastRow[]> {
  const rows = await db.prisma.hubLast.findMany();
  return rows.map((row) => ({ ...row, state: row.state as HubState, why: row.why as HubWhy }));
}

/** Replaces what is known of these hubs, and forgets others. */
export async function storeLastOfHubs(
  tx: Tx,
  input: { changed: readonly HubLastRow[]; gone: readonly string[] },
): Promise<void> {
  const hubs = [...input.changed.map(({ hub }) => hub), ...input.gone];
  for (let at = 0; at < hubs.length; at += 500) {
    await tx.prisma.hubLast.deleteMany({ where: { hub: { in: hubs.slice(at, at + 500) } } });
  }
  if (input.changed.length > 0) {
    await insertRows(tx, 'HubLast', ['hub', 'state', 'since', 'why', 'version'], input.changed);
  }
}

/** Deletes days before `day`, and outages that ended before it. */
export async function deleteOldHistory(tx: Tx, day: string): Promise<void> {
  await tx.prisma.hubDay.deleteMany({ where: { day: { lt: day } } });
  await tx.prisma.hubOutage.deleteMany({ where: { to: { lt: new Date(`${day}T00:00:00.000Z`) } } });
}
