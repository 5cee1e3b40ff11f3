/** Entry of dist/front.mjs: the embedded front, which ends TLS and guards the gate. */
import { loadConfig } from '../lib/config/load';
import { readSecrets } from '../lib/config/secrets';
import { isHubgateError } from '../lib/errors';
import { serveFront } from '../lib/front/serve';
import { endWithParent } from '../lib/supervisor/parent-pipe';

const DRAIN_MS = 8000;

try {
  const loaded = loadConfig({ env: process.env, cwd: process.cwd() });
  const front = await serveFront(loaded, readSecrets(loaded.paths).front, () => new Date());
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
