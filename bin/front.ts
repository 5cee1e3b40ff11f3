/** Entry of dist/front.mjs: the embedded front, which ends TLS and guards the gate. */
import pino from 'pino';

import { loadConfig } from '../lib/config/load';
import { readSecrets } from '../lib/config/secrets';
import { isHubgateError } from '../lib/errors';
import { serveFront } from '../lib/front/serve';
import { openResponder } from '../lib/responder/responder';
import { connectSigner } from '../lib/signer-client/client';
import { endWithParent } from '../lib/supervisor/parent-pipe';

const DRAIN_MS = 8000;

try {
  const loaded = loadConfig({ env: process.env, cwd: process.cwd() });
  const log = pino(
    { name: 'front', level: loaded.config.log.level, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  );
  const signer = connectSigner(loaded.paths.signerWebSocket);
  const responder = openResponder({ signer, now: Date.now, log });
  const front = await serveFront(loaded, readSecrets(loaded.paths).front, () => new Date(), responder);
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    void front.close(DRAIN_MS).then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  endWithParent(stop);
  for (const { origin, port } of front.listeners) {
    process.stdout.write(`${JSON.stringify({ msg: 'listening', process: 'front', origin, port })}\n`);
  }
} catch (thrown) {
  // The supervisor reads the last line of stderr to say why; a refusal needs no stack.
  const text = isHubgateError(thrown)
    ? thrown.message
    : String(thrown instanceof Error ? thrown.stack : thrown);
  process.stderr.write(`front: ${text}\n`);
  process.exit(isHubgateError(thrown) && thrown.code === 'start.port-in-use' ? 98 : 1);
}
