/**
 * Groups of up to `most`; the first of a group waits at most `waitMs` for the others. Reads on while a
 * group is being worked on: the source never waits for its reader.
 *
 * @throws whatever the source throws, after what came before it
 */
export async function* inGroups<T>(
  source: AsyncIterable<T>,
  { most, waitMs }: { most: number; waitMs: number },
): AsyncGenerator<T[]> {
  const waiting: T[] = [];
  let wake: () => void = () => undefined;
  let ended = false;
  let failure: Error | null = null;
  const pump = (async () => {
    try {
      for await (const one of source) {
        waiting.push(one);
        wake();
      }
    } catch (thrown) {
      failure = thrown instanceof Error ? thrown : new Error(String(thrown));
    } finally {
      ended = true;
      wake();
    }
  })();
  const woken = (milliseconds?: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = milliseconds === undefined ? null : setTimeout(resolve, milliseconds);
      wake = () => {
        if (timer) clearTimeout(timer);
        resolve();
      };
    });
  while (!ended || waiting.length > 0) {
    if (waiting.length === 0) {
      await woken();
      continue;
    }
    const until = performance.now() + waitMs;
    while (!ended && waiting.length < most && performance.now() < until) {
      await woken(until - performance.now());
    }
    yield waiting.splice(0, most);
  }
  await pump;
  if (failure !== null) throw failure as Error;
}
