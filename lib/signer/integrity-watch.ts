import { damagedError, markSuspect, needsThread } from './journal-integrity';
import type { Log } from './log';
import { runOnThread, ThreadEnded, type OpenThread, type RunningTask } from './thread';

const DAY_MS = 86_400_000;

/** Reads the whole of a large journal on a thread: after the start, then daily. */
export function watchIntegrity(input: {
  file: string;
  log: Log;
  openThread: OpenThread;
  /** Hears once that the journal is damaged, with what people are told. */
  onDamage: (error: Error) => void;
}): { stop: () => Promise<void> } {
  const { file, log, openThread, onDamage } = input;
  let job: RunningTask<{ why: string | null }> | null = null;
  let stopped = false;

  async function look(): Promise<void> {
    if (job !== null) return;
    job = runOnThread(openThread, { task: 'check', file });
    try {
      const started = performance.now();
      const { why } = await job.answer;
      const ms = Math.round(performance.now() - started);
      if (why === null) return log.info({ ms }, 'every page of the journal is as it must be');
      markSuspect(file);
      const error = damagedError(file, why);
      log.error({ err: error }, 'the journal is damaged');
      onDamage(error);
    } catch (error) {
      if (!(stopped && error instanceof ThreadEnded)) {
        log.error({ err: error }, 'the journal could not be checked');
      }
    } finally {
      job = null;
    }
  }

  const timer = setInterval(() => void look(), DAY_MS);
  timer.unref();
  if (needsThread(file)) void look();
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await job?.stop();
    },
  };
}
