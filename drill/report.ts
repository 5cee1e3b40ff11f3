/** What a drill found: every finding is printed, and one that is broken fails the drill. */
export type Drill = {
  step: (text: string) => void;
  /** Something that must hold afterwards, with the figure that shows it. */
  holds: (what: string, ok: boolean, figure: string) => void;
};

/** Runs one drill and ends its process: with 1 when something did not hold. */
export async function drill(title: string, run: (drill: Drill) => Promise<void>): Promise<never> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const started = performance.now();
  process.stdout.write(`\n${title}\n`);
  let held = 0;
  let broken = 0;
  try {
    await run({
      step: (text) => void process.stdout.write(`  ${text}\n`),
      holds(what, ok, figure) {
        if (ok) held += 1;
        else broken += 1;
        process.stdout.write(`  ${ok ? 'holds ' : 'BROKEN'}  ${what}: ${figure}\n`);
      },
    });
  } catch (error) {
    broken += 1;
    process.stdout.write(
      `  BROKEN  the drill did not come to its end: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stdout.write(
    `${broken === 0 ? 'PASS' : 'FAIL'}  ${held} held, ${broken} broken, ${seconds} s: ${title}\n`,
  );
  // What a broken drill left open must not keep it from ending.
  process.exit(broken === 0 ? 0 : 1);
}
