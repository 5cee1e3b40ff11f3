/** What a clock tells when its work fails; one line, never more often than the work runs. */
export type JobLog = (event: { job: string; failures: number; error: unknown }) => void;

export type Job = {
  name: string;
  everyMs: number;
  run: () => Promise<void>;
};

/** After failures the pause doubles up to this. */
const PAUSE_MAX_MS = 60_000;

/**
 * Runs a job again and again, never twice at once: the pause begins when the last run has ended.
 * A failure is told and makes the next pause longer; the job goes on. Timers do not keep the
 * process alive.
 *
 * @returns stops the clock and waits for a run under way
 */
export function startClock(job: Job, tell: JobLog): () => Promise<void> {
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  let failures = 0;
  let running: Promise<void> = Promise.resolve();

  const schedule = (): void => {
    if (stopped) return;
    const pause = failures === 0 ? job.everyMs : Math.min(job.everyMs * 2 ** failures, PAUSE_MAX_MS);
    timer = setTimeout(
      () => {
        running = turn();
      },
      Math.max(pause, job.everyMs),
    );
    timer.unref();
  };
  const turn = async (): Promise<void> => {
    try {
      await job.run();
      failures = 0;
    } catch (error) {
      failures = Math.min(failures + 1, 16);
      tell({ job: job.name, failures, error });
    }
    schedule();
  };
  schedule();
  return async () => {
    stopped = true;
    if (timer) clearTimeout(timer);
    await running;
  };
}
