import { request } from 'node:https';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';

import type { Ctx } from '../ctx';
import { requirePermission } from '../identity/authorise';
import { ACCESS_MAP, GATE_ACCESS_HEADER, GATE_ACCESS_PATH, GateMapFile, VERSION_KEY } from './gate-map-file';

/**
 * Whether the gate decides by the lists as they are now: `applied`; `waits`, it answers by older ones (nginx
 * takes some seconds, Apache none); `unknown`, it could not be asked from here, or does not tell.
 */
export type AccessApplied = { applied: 'applied' | 'waits' | 'unknown'; why: string };

const ASK_FOR_MS = 3000;
const ASK_EVERY_MS = 150;
const ANSWER_MS = 1500;

/**
 * Asks the gate itself, by its public name, which access.map it goes by, until it is the one on disk or
 * three seconds have passed. The gate reads the file again by itself: nothing is reloaded here.
 */
export async function accessApplied(ctx: Pick<Ctx, 'actor' | 'config' | 'paths'>): Promise<AccessApplied> {
  requirePermission(ctx, 'hubs.read');
  const file = new GateMapFile(join(ctx.paths.mapsDir, ACCESS_MAP));
  const end = performance.now() + ASK_FOR_MS;
  for (;;) {
    const written = file.current()?.get(VERSION_KEY);
    if (written === undefined) return { applied: 'unknown', why: 'There is no access.map with a version.' };
    const said = await askGate(ctx);
    if (said.version === written) return { applied: 'applied', why: '' };
    if (said.version === undefined) return { applied: 'unknown', why: said.why };
    if (performance.now() > end) {
      return { applied: 'waits', why: `The gate at ${ctx.config.site.gateUrl} still goes by an older list.` };
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}

function askGate({
  config,
  paths,
}: Pick<Ctx, 'config' | 'paths'>): Promise<{ version: string | undefined; why: string }> {
  const { hostname, port } = new URL(config.site.gateUrl);
  return new Promise((resolve) => {
    const unknown = (why: string) => resolve({ version: undefined, why });
    const asked = request(
      {
        // *.localhost is this host for browsers; not every resolver knows it.
        host: hostname.endsWith('.localhost') ? '127.0.0.1' : hostname,
        servername: hostname,
        port: port || 443,
        path: GATE_ACCESS_PATH,
        headers: { host: new URL(config.site.gateUrl).host },
        ca: [...rootCertificates, ...ownRoot(join(paths.caDir, 'root-ca.pem'))],
        agent: false,
        signal: AbortSignal.timeout(ANSWER_MS),
      },
      (answer) => {
        answer.destroy();
        const version = answer.headers[GATE_ACCESS_HEADER];
        if (answer.statusCode === 204 && typeof version === 'string') resolve({ version, why: '' });
        else
          unknown(
            `The gate does not say which list it goes by (${answer.statusCode}): are its files of this version?`,
          );
      },
    );
    asked.on('error', (error: NodeJS.ErrnoException) =>
      unknown(`The gate at ${config.site.gateUrl} could not be asked: ${error.code ?? error.name}.`),
    );
    asked.end();
  });
}

function ownRoot(file: string): string[] {
  try {
    return [readFileSync(file, 'utf8')];
  } catch {
    return []; // before the ceremony, or a gate with a public certificate
  }
}
