/** Entry of dist/ocsp.mjs: the OCSP responder behind Apache or nginx, on a Unix socket. */
import pino from 'pino';

import { loadConfig } from '../lib/config/load';
import { isHubgateError } from '../lib/errors';
import { listenForOcsp } from '../lib/responder/listen';
import { openResponder } from '../lib/responder/responder';
import { connectSigner } from '../lib/signer-client/client';
import { endWithParent } from '../lib/supervisor/parent-pipe';

const DRAIN_MS = 2000;

try {
  const { config, paths } = loadConfig({ env: process.env, cwd: process.cwd() });
  const log = pino(
    { name: 'ocsp', level: config.log.level, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  );
  const signer = connectSigner(paths.signerWebSocket);
  const responder = openResponder({ signer, now: Date.now, log });
  const listening = await listenForOcsp({ path: paths.ocspSocket, responder, now: Date.now });
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    void listening.close(DRAIN_MS).then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  endWithParent(stop);
  log.info({ socket: paths.ocspSocket }, 'OCSP responder listens');
} catch (thrown) {
  // The supervisor reads the last line of stderr to say why; a refusal needs no stack.
  const text = isHubgateError(thrown)
    ? thrown.message
    : String(thrown instanceof Error ? thrown.stack : thrown);
  process.stderr.write(`ocsp: ${text}\n`);
  process.exit(1);
}
