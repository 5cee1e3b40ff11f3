/**
 * Entry of dist/signer-worker.mjs: a thread of the signer for one task that would keep its event loop
 * from signing. It opens the journal for reading alone.
 */
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';

import { doTask, type ThreadTask } from '../lib/signer/thread-tasks';

/** Niceness of the thread, 0 to 19: where cores are short, signing goes first. */
const NICENESS = 10;

/** On Linux each thread has a priority of its own, by its number, which the kernel names for whoever asks. */
function stepBack(): void {
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), NICENESS);
  } catch {
    // Not Linux, or not allowed here: the work is the same, with the same right to the cores.
  }
}

stepBack();
const answer = await doTask(workerData as ThreadTask, (message) => parentPort?.postMessage(message));
parentPort?.postMessage({ answer });
