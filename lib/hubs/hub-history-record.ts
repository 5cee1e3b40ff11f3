import { hostname } from 'node:os';

import type { Ctx } from '../ctx';
import {
  addHubSeconds,
  DAY_STATES as STATES,
  deleteOldHistory,
  historyHeldUntil,
  holdHistory,
  lastOfHubs,
  openOutages,
  storeLastOfHubs,
  storeOutage,
  type HubDayRow,
  type HubLastRow,
  type StateSeconds,
} from '../db/hub-history';
import { inTransaction } from '../db/in-transaction';
import { firstDay, utcDay } from './hub-history';
import type { HubSnapshot } from './hub-index';
import { outageNow } from './hub-outage';
import { newHealth, type HubHealth } from './hub-state';

type RecordCtx = Pick<Ctx, 'db' | 'paths' | 'now'>;

/** Longer than from one writing to the next: whoever writes keeps the right while it lives. */
const LEASE_MS = 150_000;
/** What happened in a longer pause (a suspended machine) nobody saw. */
const PAUSE_MS = 180_000;
/** How long what the process before knew is worth something. */
const MEMORY_MS = 300_000;
const DAY_MS = 86_400_000;

/**
 * Writes the history of the hubs: observes how long each is in which state, adds that up in memory and
 * to the database once a minute. Several web processes may observe; one of them writes.
 */
export class HubHistoryRecord {
  /** Milliseconds by hub, day and state, not written yet. */
  private readonly pending = new Map<string, { hub: string; day: string; spent: StateSeconds }>();
  private observed: { at: number; hubs: HubSnapshot['hubs'] } | null = null;
  /** What the database holds of each hub, while this process is the one that writes. */
  private last: Map<string, string> | null = null;
  private cleared = '';

  constructor(private readonly ctx: RecordCtx) {}

  /** Counts the time since the last call with what was known then. To be called on every change. */
  observe({ hubs }: Pick<HubSnapshot, 'hubs'>): void {
    const at = this.ctx.now().getTime();
    const before = this.observed;
    this.observed = { at, hubs };
    if (before === null || at <= before.at || at - before.at > PAUSE_MS) return;
    for (const { name, health } of before.hubs) {
      for (let from = before.at; from < at;) {
        const midnight = (Math.floor(from / DAY_MS) + 1) * DAY_MS;
        const to = Math.min(at, midnight);
        this.spend(name, utcDay(from), health.state, to - from);
        from = to;
      }
    }
  }

  /** Whether something should be written before the minute is over: a hub changed its state. */
  isNews({ hubs }: Pick<HubSnapshot, 'hubs'>): boolean {
    const { last } = this;
    return (
      last !== null &&
      (hubs.length !== last.size || hubs.some((hub) => last.get(hub.name) !== markOf(hub.health)))
    );
  }

  /**
   * Writes what was observed, unless another process does.
   *
   * @param snapshot what is known now
   */
  async write(snapshot: Pick<HubSnapshot, 'hubs' | 'problems'>): Promise<void> {
    this.observe(snapshot);
    const now = this.ctx.now();
    const days = this.take();
    try {
      this.last = await this.store(snapshot, days, now);
    } catch (thrown) {
      // The next writing brings it: a database that is away for a minute makes no gap.
      for (const { hub, day, seconds } of days) {
        for (const state of STATES) this.spend(hub, day, state, seconds[state] * 1000);
      }
      throw thrown;
    }
  }

  /** @returns what the database holds of each hub then; null when another process writes */
  private store(
    snapshot: Pick<HubSnapshot, 'hubs' | 'problems'>,
    days: readonly HubDayRow[],
    now: Date,
  ): Promise<Map<string, string> | null> {
    return inTransaction(this.ctx.db, async (tx) => {
      const me = `${hostname()} ${this.ctx.paths.stateDir}`;
      const { ours } = await holdHistory(tx, { me, now, until: new Date(now.getTime() + LEASE_MS) });
      if (!ours) return null;
      if (days.length > 0) await addHubSeconds(tx, days);
      // A folder that cannot be read says nothing about hubs.
      if (!snapshot.problems.some(({ code }) => code === 'folder-unreadable')) {
        const open = new Map((await openOutages(tx)).map((row) => [row.hub, row]));
        for (const hub of snapshot.hubs) {
          const outage = outageNow(hub, open.get(hub.name), now);
          if (outage !== null) await storeOutage(tx, outage);
          open.delete(hub.name);
        }
        // What is registered no more was stopped in order: its unit took the file away.
        for (const row of open.values()) await storeOutage(tx, { ...row, to: now });
      }
      const last =
        this.last ?? new Map((await lastOfHubs(tx)).map((row) => [row.hub, markOf(healthOf(row, now))]));
      const rows = snapshot.hubs.map(lastRow);
      const present = new Set(rows.map(({ hub }) => hub));
      await storeLastOfHubs(tx, {
        changed: rows.filter((row) => last.get(row.hub) !== markOf(healthOf(row, now))),
        gone: [...last.keys()].filter((hub) => !present.has(hub)),
      });
      const oldest = firstDay(now.getTime());
      if (this.cleared !== oldest) await deleteOldHistory(tx, oldest);
      this.cleared = oldest;
      return new Map(snapshot.hubs.map(({ name, health }) => [name, markOf(health)]));
    });
  }

  private spend(hub: string, day: string, state: keyof StateSeconds, milliseconds: number): void {
    const key = `${day} ${hub}`;
    let entry = this.pending.get(key);
    if (entry === undefined) this.pending.set(key, (entry = { hub, day, spent: noTime() }));
    entry.spent[state] += milliseconds;
  }

  /** Whole seconds of what is pending; the rest waits for the next time. */
  private take(): HubDayRow[] {
    const today = utcDay(this.ctx.now().getTime());
    return [...this.pending].flatMap(([key, { hub, day, spent }]) => {
      const seconds = noTime();
      const past = day !== today;
      for (const state of STATES) {
        seconds[state] = past ? Math.round(spent[state] / 1000) : Math.floor(spent[state] / 1000);
        spent[state] -= seconds[state] * 1000;
      }
      if (past) this.pending.delete(key);
      return Object.values(seconds).some((value) => value > 0) ? [{ hub, day, seconds }] : [];
    });
  }
}

/**
 * What the process before this one knew of the hubs, by name, if that is not long ago: so that "since"
 * outlives a restart of the portal.
 */
export async function rememberHubs(ctx: RecordCtx): Promise<Map<string, HubHealth>> {
  const held = await historyHeldUntil(ctx.db);
  const now = ctx.now();
  if (held === null || now.getTime() - (held.getTime() - LEASE_MS) > MEMORY_MS) return new Map();
  return new Map((await lastOfHubs(ctx.db)).map((row) => [row.hub, healthOf(row, now)]));
}

function healthOf(row: HubLastRow, now: Date): HubHealth {
  const { state, why, version } = row;
  const since = row.since.getTime();
  const serves = state === 'up' || why === 'slow';
  return {
    ...newHealth(since),
    state,
    why,
    version,
    failingSince: state === 'down' || state === 'stale' || state === 'degraded' ? since : null,
    lastUpAt: serves ? now.getTime() : null,
  };
}

function lastRow({ name, health }: HubSnapshot['hubs'][number]): HubLastRow {
  const { state, since, why, version } = health;
  return { hub: name, state, since: new Date(since), why, version };
}

function markOf({ state, since, why, version }: HubHealth): string {
  return `${state} ${since} ${why} ${version ?? ''}`;
}

function noTime(): StateSeconds {
  return { up: 0, starting: 0, degraded: 0, down: 0, stale: 0, unknown: 0 };
}
