import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import type { StatePaths } from '../config/state-paths';

const DAY_MS = 86_400_000;
const WITHIN_DAYS = 30;
/** An evaluation's signer unlocks itself some seconds after it answers. */
const TRIES = 5;
const TRY_EVERY_MS = 3000;

/**
 * Renews the embedded front's certificate if it ends within 30 days: for an evaluation, in which nobody
 * thinks of it and the signer is unlocked anyhow. In a process of its own, since this one stays and must
 * not load the database; the front sees the new files by itself.
 *
 * @param program dist/hubgate.mjs
 */
export async function renewFrontIfDue(
  paths: Pick<StatePaths, 'serverDir'>,
  program: { path: string; env: NodeJS.ProcessEnv },
  say: (text: string) => void,
): Promise<void> {
  if (!isDue(join(paths.serverDir, 'server.pem'))) return;
  for (let left = TRIES; left > 0; left -= 1) {
    const failure = await run(program);
    if (failure === null) {
      say('The server certificate was about to end: renewed.');
      return;
    }
    if (left === 1) say(`The server certificate ends soon and could not be renewed: ${failure}`);
    else await pause(TRY_EVERY_MS, undefined, { ref: false });
  }
}

/** OpenSSL's own reading: the supervisor needs no other library for it. */
function isDue(file: string): boolean {
  try {
    const { validTo } = new X509Certificate(readFileSync(file));
    return Date.parse(validTo) - Date.now() < WITHIN_DAYS * DAY_MS;
  } catch {
    return false; // the front says what is wrong with it
  }
}

/** @returns null when it was renewed, else what the command said */
function run({ path, env }: { path: string; env: NodeJS.ProcessEnv }): Promise<string | null> {
  const words = [path, 'server-cert', '--renew', '--within', String(WITHIN_DAYS)];
  return new Promise((resolve) => {
    execFile(process.execPath, words, { env, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve(error === null ? null : (stderr.trim() || stdout.trim() || error.message).slice(-500));
    });
  });
}
