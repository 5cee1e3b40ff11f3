import type { Worker } from 'node:worker_threads';

import type { ThreadTask, ThreadResults } from './thread-tasks';

/** Starts bin/signer-worker.ts on a thread of its own with this task. */
export type OpenThread = (task: ThreadTask) => Worker | Promise<Worker>;

/** A task on a thread: its answer, and the way to end it early. */
export type RunningTask<T> = { answer: Promise<T>; stop: () => Promise<void> };

/** The thread was ended before it answered, or ended by itself. */
export class ThreadEnded extends Error {
  override readonly name = 'ThreadEnded';
}

/**
 * Runs one task on a thread of its own: long lists, integrity, second looks. Its memory is free again
 * when it has answered.
 *
 * @param onMessage hears what comes before the answer
 */
export function runOnThread<K extends ThreadTask['task']>(
  open: OpenThread,
  task: Extract<ThreadTask, { task: K }>,
  onMessage: (message: unknown) => void = () => undefined,
): RunningTask<ThreadResults[K]> {
  let worker: Worker | null = null;
  let stopped = false;
  const answer = (async () => {
    worker = await open(task);
    if (stopped) await worker.terminate();
    return new Promise<ThreadResults[K]>((resolve, reject) => {
      worker?.on('message', (message: { answer?: ThreadResults[K] }) => {
        if (message.answer === undefined) return onMessage(message);
        resolve(message.answer);
        void worker?.terminate();
      });
      worker?.on('error', reject);
      worker?.on('exit', () => reject(new ThreadEnded(`the thread for ${task.task} ended`)));
    });
  })();
  return {
    answer,
    async stop() {
      stopped = true;
      await worker?.terminate();
    },
  };
}
