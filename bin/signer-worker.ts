/**
 * Entry of dist/signer-worker.mjs: a thread of the signer for one task that would keep its event loop
 * from signing. It opens the journal for reading alone.
 */
import { parentPort, workerData } from 'node:worker_threads';

import { doTask, type ThreadTask } from '../lib/signer/thread-tasks';

const answer = await doTask(workerData as ThreadTask, (message) => parentPort?.postMessage(message));
parentPort?.postMessage({ answer });
