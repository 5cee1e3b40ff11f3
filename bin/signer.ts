/**
 * Entry of dist/signer.mjs: the signer process. Reads the configuration for its paths and for how it
 * is unlocked; what it may sign stands in its own policy.json.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

import pino from 'pino';

import { loadConfig, type LoadedConfig } from '../lib/config/load';
import { isHubgateError } from '../lib/errors';
import { signerFiles } from '../lib/signer/ca-files';
import { startSigner } from '../lib/signer/start-signer';

const CREDENTIAL = 'hubgate-signing-passphrase';

// Written at once: a line that explains an end must not be lost in a buffer.
const log = pino(
  { name: 'signer', base: { process: 'signer' }, timestamp: pino.stdTimeFunctions.isoTime },
  pino.destination({ fd: 2, sync: true }),
);

/** An evaluation CA unlocks by itself; in production the service manager hands the passphrase over. */
function passphraseFile({ config, paths }: LoadedConfig): string | null {
  if (existsSync(paths.evaluationMarker)) return signerFiles(paths.signerDir).evaluationPassphrase;
  const folder = process.env['CREDENTIALS_DIRECTORY'];
  return config.signer.unlock === 'credential' && folder ? join(folder, CREDENTIAL) : null;
}

async function run(): Promise<void> {
  const loaded = loadConfig({ env: process.env, cwd: process.cwd() });
  log.level = loaded.config.log.level;
  const { paths } = loaded;
  const signer = await startSigner({
    dir: paths.signerDir,
    webSocket: paths.signerWebSocket,
    operatorSocket: paths.signerOperatorSocket,
    passphraseFile: passphraseFile(loaded),
    openThread: (task) => new Worker(new URL('./signer-worker.mjs', import.meta.url), { workerData: task }),
    now: () => new Date(),
    log,
  });
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    signer.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'the signer did not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  if (process.env['HUBGATE_SUPERVISED'] === '1') {
    // A supervisor that dies takes its children along: its end of the pipe closes.
    process.stdin.on('end', end).on('error', end).resume();
  }
}

run().catch((error: unknown) => {
  if (isHubgateError(error)) log.fatal({ code: error.code }, error.message);
  else log.fatal({ err: error }, 'the signer cannot start');
  process.exit(1);
});
