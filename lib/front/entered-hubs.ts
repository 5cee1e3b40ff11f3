import type { Duplex } from 'node:stream';

/** Half of what revoking promises for connections that are open: revoked.map is written within a second. */
const LOOK_EVERY_MS = 1000;

type Entered = { socket: Duplex; mayStay: () => boolean };

/**
 * What is open through the gate into a hub: WebSockets, and answers that are still under way. The
 * decision at their beginning would otherwise hold for as long as they last, which for a notebook is
 * days. Looks again every second while anything is open, and not at all while nothing is.
 */
export class EnteredHubs {
  private readonly open = new Set<Entered>();
  private timer: NodeJS.Timeout | null = null;

  /**
   * @param mayStay asks the gate again; what throws may not stay
   * @returns call it when it has ended
   */
  add(socket: Duplex, mayStay: () => boolean): () => void {
    const entered = { socket, mayStay };
    this.open.add(entered);
    if (this.timer === null) {
      this.timer = setInterval(() => this.look(), LOOK_EVERY_MS);
      this.timer.unref();
    }
    return () => {
      this.open.delete(entered);
      if (this.open.size === 0) this.rest();
    };
  }

  /** Cuts off everything that is open. */
  destroyAll(): void {
    for (const { socket } of this.open) socket.destroy();
  }

  private look(): void {
    for (const { socket, mayStay } of this.open) if (!allows(mayStay)) socket.destroy();
  }

  private rest(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }
}

function allows(mayStay: () => boolean): boolean {
  try {
    return mayStay();
  } catch {
    return false;
  }
}
