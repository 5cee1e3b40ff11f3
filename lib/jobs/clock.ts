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
 * The first run of a job comes no later than this after the start: who restarts every few minutes, or
 * was down for days, still reminds and tidies.
 */
const FIRST_MAX_MS = 5000;

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

  const schedule = (pauseMs: number): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      running = turn();
    }, pauseMs);
    timer.unref();
  };
  const pauseMs = (): number => {
    if (failures === 0) return job.everyMs;
    return Math.max(job.everyMs, Math.min(job.everyMs * 2 ** failures, PAUSE_MAX_MS));
  };
  const turn = async (): Promise<void> => {
    try {
      await job.run();
      failures = 0;
    } catch (error) {
      failures = Math.min(failures + 1, 16);
      tell({ job: job.name, failures, error });
    }
    schedule(pauseMs());
  };
  schedule(Math.min(job.everyMs, FIRST_MAX_MS));
  return async () => {
    stopped = true;
    if (timer) clearTimeout(timer);
    await running;
  };
}
