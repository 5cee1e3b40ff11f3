/** Lets a limited number of tasks run at a time; the others wait in order. */
export type Turnstile = {
  run: <T>(task: () => Promise<T>) => Promise<T>;
  /** Tasks that run or wait. */
  readonly busy: number;
};

export function turnstile(atOnce: number): Turnstile {
  const waiting: (() => void)[] = [];
  let running = 0;
  return {
    get busy() {
      return running + waiting.length;
    },
    async run(task) {
      if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
      else running += 1;
      try {
        return await task();
      } finally {
        // The place is handed over, not freed: nobody who comes now can overtake.
        const next = waiting.shift();
        if (next) next();
        else running -= 1;
      }
    },
  };
}
