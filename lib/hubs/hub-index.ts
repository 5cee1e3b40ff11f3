import { uptime } from 'node:os';

import type { Config } from '../config/schema';
import type { StatePaths } from '../config/state-paths';
import { newHealth, nextHealth, type HubHealth } from './hub-state';
import { knownHubs, type KnownHub } from './known-hubs';
import { lookAtHub } from './look-at-hub';
import type { RegistrationProblem } from './parse-registration';
import type { Probe } from './probe-hub';
import { ProbeRound } from './probe-round';
import { readRegistrations, type RegistrationCache } from './read-registrations';
import { watchFolder, type FolderWatch } from './watch-folder';

export type IndexedHub = KnownHub & { health: HubHealth };

/** One state of the index. `change` grows with every difference: pages made from it can be kept. */
export type HubSnapshot = {
  change: number;
  hubs: readonly IndexedHub[];
  problems: readonly RegistrationProblem[];
};

type Where = {
  config: Pick<Config, 'hubs' | 'site'>;
  paths: Pick<StatePaths, 'hubsDir' | 'caDir'>;
};

/** Polling the folder costs with the number of files in it: so long for each, at least a second. */
const POLL_MS_PER_FILE = 8;
const POLL_MS = 1000;
/** A file that is half-written is looked at again so soon. */
const UNFINISHED_MS = 1000;
/** Several hubs that change together (a proxy dies) are one change. */
const GATHER_MS = 50;
/** How quickly hubs answer is shown as of then; it is no change of its own. */
const LATENCY_MS = 30_000;
/** A file server that fails for a moment does not close every hub. */
const FOLDER_GRACE_MS = 60_000;

/** Reads the registrations once; health is not known then. */
export async function scanHubs(where: Where, now: number): Promise<HubSnapshot> {
  const read = await readRegistrations(where.paths.hubsDir);
  const known = knownHubs(read.hubs, where.config);
  return {
    change: 0,
    hubs: known.hubs.map((hub) => ({ ...hub, health: newHealth(now) })),
    problems: [...read.problems, ...known.problems],
  };
}

/** The health of a hub after one look that is believed, for commands that ask once. */
export async function healthNow(where: Where, hub: KnownHub, now: () => number): Promise<HubHealth> {
  const found = await lookAtHub(where, hub);
  return nextHealth(newHealth(now()), found, circumstances(hub, now()));
}

/**
 * The registered hubs and their health, kept current: the folder is watched, and each hub is looked at
 * again and again (probe-round).
 */
export class HubIndex {
  private state: HubSnapshot = { change: 0, hubs: [], problems: [] };
  private known: readonly KnownHub[] = [];
  private problems: readonly RegistrationProblem[] = [];
  private readonly health = new Map<string, HubHealth>();
  private readonly byKey = new Map<string, KnownHub>();
  private readonly cache: RegistrationCache = new Map();
  private readonly listeners = new Set<(snapshot: HubSnapshot) => void>();
  private readonly round: ProbeRound;
  private watch: FolderWatch | null = null;
  private fingerprint = '';
  private unreadableSince: number | null = null;
  private timers: NodeJS.Timeout[] = [];
  private gathering: NodeJS.Timeout | null = null;
  private work: Promise<void> = Promise.resolve();

  /**
   * @param remembered what was known of hubs, by name, when the process before this one ended
   */
  constructor(
    private readonly where: Where,
    private readonly now: () => number,
    private readonly remembered: ReadonlyMap<string, HubHealth> = new Map(),
  ) {
    this.round = new ProbeRound((key) => this.lookAt(key));
  }

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
    this.watch = watchFolder(this.where.paths.hubsDir, () => void this.rescan(), {
      pollMs: () => Math.max(POLL_MS, this.cache.size * POLL_MS_PER_FILE),
    });
    const latencies = setInterval(() => (this.state = { ...this.state, hubs: this.indexed() }), LATENCY_MS);
    latencies.unref();
    this.timers.push(latencies);
    this.round.start();
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
    if (this.gathering !== null) clearTimeout(this.gathering);
    this.watch?.stop();
    this.round.stop();
    this.listeners.clear();
  }

  /** How the folder is watched, once it is. */
  watching(): 'events' | 'polling' | null {
    return this.watch?.mode() ?? null;
  }

  /** Reads the folder now; scans run one after another. */
  rescan(): Promise<void> {
    this.work = this.work.then(async () => {
      const now = this.now();
      const read = await readRegistrations(this.where.paths.hubsDir, { now, cache: this.cache });
      if (read.unfinished) setTimeout(() => void this.rescan(), UNFINISHED_MS).unref();
      if (this.isPassing(read.problems, now)) {
        this.problems = read.problems;
      } else {
        const { hubs, problems } = knownHubs(read.hubs, this.where.config);
        this.known = hubs;
        this.problems = [...read.problems, ...problems];
        this.follow(now);
      }
      this.publish();
    });
    return this.work;
  }

  /** Whether the folder has only just become unreadable; one that is gone (ENOENT) is gone. */
  private isPassing(problems: readonly RegistrationProblem[], now: number): boolean {
    const why = problems.find(({ code }) => code === 'folder-unreadable')?.text;
    if (why === undefined || why === 'ENOENT') {
      this.unreadableSince = null;
      return false;
    }
    this.unreadableSince ??= now;
    return now - this.unreadableSince < FOLDER_GRACE_MS;
  }

  /** Health for those that are registered now, and for no others. */
  private follow(now: number): void {
    const first = this.byKey.size === 0 && this.health.size === 0;
    this.byKey.clear();
    for (const hub of this.known) this.byKey.set(keyOf(hub), hub);
    for (const key of this.health.keys()) if (!this.byKey.has(key)) this.health.delete(key);
    for (const [key, { name }] of this.byKey) {
      if (this.health.has(key)) continue;
      this.health.set(key, (first ? this.remembered.get(name) : undefined) ?? newHealth(now));
    }
    this.round.setMembers([...this.byKey].flatMap(([key, { probes }]) => (probes.length > 0 ? [key] : [])));
  }

  private async lookAt(key: string): Promise<'soon' | 'in-turn'> {
    const hub = this.byKey.get(key);
    if (hub === undefined) return 'in-turn';
    // Whatever a registration file leads to: it must not take the portal down.
    const found = await lookAtHub(this.where, hub).catch((): Probe => ({ outcome: 'not-probed' }));
    const before = this.health.get(key);
    const current = this.byKey.get(key);
    if (before === undefined || current === undefined) return 'in-turn'; // it left meanwhile
    const health = nextHealth(before, found, circumstances(current, this.now()));
    this.health.set(key, health);
    if (health.state !== before.state || health.why !== before.why || health.version !== before.version) {
      this.gathering ??= setTimeout(() => {
        this.gathering = null;
        this.publish();
      }, GATHER_MS);
    }
    return health.state === 'starting' || (health.state === 'up' && health.doubts > 0) ? 'soon' : 'in-turn';
  }

  private indexed(): IndexedHub[] {
    const now = this.now();
    return this.known.map((hub) => ({ ...hub, health: this.health.get(keyOf(hub)) ?? newHealth(now) }));
  }

  private publish(): void {
    const hubs = this.indexed();
    const fingerprint = JSON.stringify([
      hubs.map(({ health, registeredAt: _touched, line: _line, ...hub }) => [
        hub,
        health.state,
        health.since,
        health.why,
        health.version,
      ]),
      this.problems,
    ]);
    const changed = fingerprint !== this.fingerprint;
    this.fingerprint = fingerprint;
    this.state = { change: this.state.change + (changed ? 1 : 0), hubs, problems: this.problems };
    if (changed) for (const listener of this.listeners) listener(this.state);
  }
}

function keyOf(hub: KnownHub): string {
  return [hub.name, hub.url, ...hub.probes.map(({ base }) => base)].join(' ');
}

/** When this host booted; milliseconds since 1970. */
const BOOTED_AT = Date.now() - uptime() * 1000;
const LOOPBACK = /^https?:\/\/(?:127\.[\d.]+|\[::1\]|localhost)(?::\d+)?(?:\/|$)/;

/** What is known of a hub beside its answers: the host's boot counts only for hubs on it. */
function circumstances(hub: KnownHub, now: number): Parameters<typeof nextHealth>[2] {
  const here = hub.probes[0] !== undefined && LOOPBACK.test(hub.probes[0].base);
  return { now, registeredAt: hub.registeredAt, bootedAt: here ? BOOTED_AT : null };
}

// Next bundles instrumentation and routes apart: what a process has once hangs on globalThis.
const holder = globalThis as typeof globalThis & { __hubgateHubs?: HubIndex | null };

/** The index of this process, when one runs (in the web process). */
export function runningIndex(): HubIndex | null {
  return holder.__hubgateHubs ?? null;
}

/** @param index null: there is none any more */
export function setRunningIndex(index: HubIndex | null): void {
  holder.__hubgateHubs = index;
}
