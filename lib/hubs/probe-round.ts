/** Sockets that are open at once, however many hubs there are and however long they keep silent. */
export const PROBES_AT_ONCE = 16;

/** From one look at a hub to the next, while there are few: a hub that dies is seen within ten seconds. */
const BASE_MS = 4000;
const FEW = 80;
/** So much later for each further hub: 500 cost less than a hundredth of a core. */
const FURTHER_MS = 85;
/** After a look that leaves doubt: two failures in a row should take little longer than one. */
const AGAIN_MS = 1000;
const TICK_MS = 250;

/** Milliseconds from one look at a hub to the next: 4 s up to 80 hubs, 40 s for 500. */
export function probeInterval(hubs: number): number {
  return BASE_MS + Math.max(0, hubs - FEW) * FURTHER_MS;
}

/**
 * Looks at every member again and again: with jitter, never twice at once at the same one, never at
 * more than `PROBES_AT_ONCE` together. Who waited longest comes first, so that silent ones delay
 * others but keep nobody out.
 */
export class ProbeRound {
  /** When each is due; milliseconds of the monotonic clock. */
  private readonly due = new Map<string, number>();
  private readonly running = new Set<string>();
  private timer: NodeJS.Timeout | null = null;
  /** Whether some were due that found no place. */
  private waiting = false;

  /**
   * @param look    looks once; says whether to look again soon. Must not throw
   * @param jitter  a number from 0 up to 1
   */
  constructor(
    private readonly look: (member: string) => Promise<'soon' | 'in-turn'>,
    private readonly jitter: () => number = Math.random,
  ) {}

  /** Who is looked at; a new one at once. */
  setMembers(members: readonly string[]): void {
    const wanted = new Set(members);
    for (const member of this.due.keys()) if (!wanted.has(member)) this.due.delete(member);
    for (const member of wanted) if (!this.due.has(member)) this.due.set(member, 0);
    if (this.timer !== null) this.turn();
  }

  start(): void {
    this.timer ??= setInterval(() => this.turn(), TICK_MS);
    this.timer.unref();
    this.turn();
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.due.clear();
  }

  private turn(): void {
    const free = PROBES_AT_ONCE - this.running.size;
    if (free <= 0) return;
    const now = performance.now();
    const ready: { member: string; at: number }[] = [];
    for (const [member, at] of this.due) {
      if (at <= now && !this.running.has(member)) ready.push({ member, at });
    }
    this.waiting = ready.length > free;
    ready.sort((left, right) => left.at - right.at);
    for (const { member } of ready.slice(0, free)) void this.lookAt(member);
  }

  private async lookAt(member: string): Promise<void> {
    this.running.add(member);
    try {
      const wish = await this.look(member);
      if (!this.due.has(member)) return;
      const pause = wish === 'soon' ? AGAIN_MS : probeInterval(this.due.size);
      this.due.set(member, performance.now() + pause * (0.75 + this.jitter() / 2));
    } finally {
      this.running.delete(member);
      if (this.waiting && this.timer !== null) this.turn();
    }
  }
}
