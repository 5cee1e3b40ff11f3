/** Collects items of many callers and writes them together: one transaction, one fsync for all. */
export type GroupCommit<T> = {
  /** Resolves when the item is durable, rejects with why it is not. */
  add: (item: T) => Promise<void>;
  /** Writes what has been collected now. */
  flush: () => void;
};

/**
 * @param input.most   a group of this size is written at once
 * @param input.waitMs the first item of a group waits at most so long for company
 * @param input.write  writes a group synchronously; answers one refusal or null per item, or throws,
 *                     which refuses all
 */
export function groupCommit<T>(input: {
  most: number;
  waitMs: number;
  write: (items: readonly T[]) => readonly (Error | null)[];
}): GroupCommit<T> {
  const { most, waitMs, write } = input;
  let group: { item: T; resolve: () => void; reject: (reason: unknown) => void }[] = [];
  let timer: NodeJS.Timeout | null = null;

  function flush(): void {
    if (timer) clearTimeout(timer);
    timer = null;
    const members = group;
    group = [];
    if (members.length === 0) return;
    try {
      const refusals = write(members.map(({ item }) => item));
      members.forEach(({ resolve, reject }, at) => {
        const refusal = refusals[at] ?? null;
        if (refusal === null) resolve();
        else reject(refusal);
      });
    } catch (error) {
      for (const { reject } of members) reject(error);
    }
  }

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        group.push({ item, resolve, reject });
        if (group.length >= most) flush();
        else timer ??= setTimeout(flush, waitMs);
      }),
    flush,
  };
}
