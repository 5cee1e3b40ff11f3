/** What a drill found: every finding is printed, and one that is broken fails the drill. */
export type Drill = {
  step: (text: string) => void;
  /** Something that must hold afterwards, with the figure that shows it. */
  holds: (what: string, ok: boolean, figure: string) => void;
};

/** Runs one drill; its process ends with 1 when something did not hold. */
export async function drill(title: string, run: (drill: Drill) => Promise<void>): Promise<void> {
  process.stdout.write(`\n${title}\n`);
  let broken = 0;
  try {
    await run({
      step: (text) => void process.stdout.write(`  ${text}\n`),
      holds(what, ok, figure) {
        if (!ok) broken += 1;
        process.stdout.write(`  ${ok ? 'holds ' : 'BROKEN'}  ${what}: ${figure}\n`);
      },
    });
  } catch (error) {
    broken += 1;
    process.stdout.write(`  BROKEN  the drill did not come to its end: ${String(error)}\n`);
  }
  process.exitCode = broken === 0 ? 0 : 1;
}
