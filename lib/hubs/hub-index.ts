import { watch, type FSWatcher } from 'node:fs';

import type { Config } from '../config/schema';
import type { StatePaths } from '../config/state-paths';
import { newHealth, nextHealth, type HubHealth } from './hub-state';
import { knownHubs, type KnownHub } from './known-hubs';
import type { RegistrationProblem } from './parse-registration';
import { probeHub } from './probe-hub';
import { readRegistrations } from './read-registrations';

export type IndexedHub = KnownHub & { health: HubHealth };

/** One state of the index. `change` grows with every difference: pages made from it can be kept. */
export type HubSnapshot = {
  change: number;
  hubs: readonly IndexedHub[];
  problems: readonly RegistrationProblem[];
};

const RESCAN_MS = 10_000;
const SETTLE_MS = 150;
const PROBE_MS = 15_000;
const PROBE_JITTER_MS = 10_000;
const STARTING_PROBE_MS = 1500;
const PROBES_AT_ONCE = 8;

/** Reads the registrations once; health is not known then. */
export async function scanHubs(
  where: { config: Pick<Config, 'hubs' | 'site'>; paths: Pick<StatePaths, 'hubsDir'> },
  now: number,
): Promise<HubSnapshot> {
  const read = await readRegistrations(where.paths.hubsDir);
  const known = knownHubs(read.hubs, where.config);
  return {
    change: 0,
    hubs: known.hubs.map((hub) => ({ ...hub, health: newHealth(now) })),
    problems: [...read.problems, ...known.problems],
  };
}

/**
 * The registered hubs and their health, kept current: the folder is watched, and read again every
 * ten seconds because a watch misses changes on network file systems; each hub is probed with jitter.
 */
export class HubIndex {
  private state: HubSnapshot = { change: 0, hubs: [], problems: [] };
  private fingerprint = '';
  private readonly listeners = new Set<(snapshot: HubSnapshot) => void>();
  private readonly nextProbe = new Map<string, number>();
  private watcher: FSWatcher | null = null;
  private timers: NodeJS.Timeout[] = [];
  private settling: NodeJS.Timeout | null = null;
  private work: Promise<void> = Promise.resolve();
  private probing = false;

  constructor(
    private readonly where: { config: Pick<Config, 'hubs' | 'site'>; paths: Pick<StatePaths, 'hubsDir'> },
    private readonly now: () => number,
  ) {}

  snapshot(): HubSnapshot {
    return this.state;
  }

  /** Hears every change, after it happened. @returns ends it */
  subscribe(listener: (snapshot: HubSnapshot) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async start(): Promise<void> {
    await this.rescan();
    this.watchFolder();
    this.timers = [
      setInterval(() => {
        if (this.watcher === null) this.watchFolder();
        void this.rescan();
      }, RESCAN_MS),
      setInterval(() => void this.probeDue(), 500),
    ];
    for (const timer of this.timers) timer.unref();
    void this.probeDue();
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
    if (this.settling !== null) clearTimeout(this.settling);
    this.watcher?.close();
    this.listeners.clear();
  }

  /** Reads the folder now; scans run one after another. */
  rescan(): Promise<void> {
    this.work = this.work.then(async () => {
      const fresh = await scanHubs(this.where, this.now());
      const before = new Map(this.state.hubs.map((hub) => [keyOf(hub), hub.health]));
      const hubs = fresh.hubs.map((hub) => ({ ...hub, health: before.get(keyOf(hub)) ?? hub.health }));
      for (const key of this.nextProbe.keys())
        if (!hubs.some((hub) => keyOf(hub) === key)) this.nextProbe.delete(key);
      this.publish(hubs, fresh.problems);
    });
    return this.work;
  }

  private watchFolder(): void {
    try {
      this.watcher = watch(this.where.paths.hubsDir, () => {
        // A burst of writes (a unit that appends two lines) is one change.
        this.settling ??= setTimeout(() => {
          this.settling = null;
          void this.rescan().then(() => this.probeDue());
        }, SETTLE_MS);
      });
      this.watcher.unref();
      this.watcher.on('error', () => this.unwatch());
    } catch {
      this.watcher = null; // the folder is not there; the rescan tries again
    }
  }

  private unwatch(): void {
    this.watcher?.close();
    this.watcher = null;
  }

  private async probeDue(): Promise<void> {
    if (this.probing) return;
    this.probing = true;
    try {
      const due = this.state.hubs.filter(
        (hub) => hub.upstream !== null && (this.nextProbe.get(keyOf(hub)) ?? 0) <= this.now(),
      );
      for (let start = 0; start < due.length; start += PROBES_AT_ONCE) {
        await Promise.all(due.slice(start, start + PROBES_AT_ONCE).map((hub) => this.probeOne(hub)));
      }
    } finally {
      this.probing = false;
    }
  }

  private async probeOne(hub: IndexedHub): Promise<void> {
    if (hub.upstream === null) return;
    const found = await probeHub(hub.upstream, hub.url);
    const key = keyOf(hub);
    const hubs = this.state.hubs.map((other) =>
      keyOf(other) === key ? { ...other, health: nextHealth(other.health, found, this.now()) } : other,
    );
    const health = hubs.find((other) => keyOf(other) === key)?.health;
    const soon = health?.state === 'starting' || (health?.state === 'up' && health.failures > 0);
    const wait = soon ? STARTING_PROBE_MS : PROBE_MS + Math.random() * PROBE_JITTER_MS;
    if (health !== undefined) this.nextProbe.set(key, this.now() + wait);
    this.publish(hubs, this.state.problems);
  }

  private publish(hubs: readonly IndexedHub[], problems: readonly RegistrationProblem[]): void {
    const fingerprint = JSON.stringify([
      hubs.map(({ health, ...hub }) => [hub, health.state, health.since, health.version]),
      problems,
    ]);
    const changed = fingerprint !== this.fingerprint;
    this.fingerprint = fingerprint;
    this.state = { change: this.state.change + (changed ? 1 : 0), hubs, problems };
    if (changed) for (const listener of this.listeners) listener(this.state);
  }
}

function keyOf(hub: KnownHub): string {
  return `${hub.name} ${hub.url} ${hub.upstream ?? ''}`;
}

// Next bundles instrumentation and routes apart: what a process has once hangs on globalThis.
const holder = globalThis as typeof globalThis & { __hubgateHubs?: HubIndex };

/** The index of this process, when one runs (in the web process). */
export function runningIndex(): HubIndex | null {
  return holder.__hubgateHubs ?? null;
}

export function setRunningIndex(index: HubIndex): void {
  holder.__hubgateHubs = index;
}
