import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Command } from 'commander';

import { ensureSecrets } from '../config/secrets';
import { migrate } from '../db/migrate';
import { isHubgateError } from '../errors';
import { createFirstAdminLink } from '../identity/setup-link';
import { configOf, withCtx } from './context';
import { createEvaluationCa } from './evaluation-ca';
import { finishInstall } from './server-files';

/** What `start` learns from `prepare`, as the only line on stdout. */
export type Prepared =
  | { ok: true; evaluation: boolean; caMade: boolean; adminLink: string | null; migrated: number }
  | { ok: false; code: string; message: string };

/**
 * `hubgate prepare` (not for people: `start` runs it): secrets, database, evaluation CA, and the
 * first administrator's link. A process of its own, so that the supervisor, which stays, never loads
 * the database client.
 */
export function register(program: Command): void {
  program
    .command('prepare', { hidden: true })
    .option('--no-evaluation', 'for a service: no evaluation CA, and no link in its log')
    .action(async (options: { evaluation: boolean }, command: Command) => {
      const say = (prepared: Prepared) => process.stdout.write(`${JSON.stringify(prepared)}\n`);
      try {
        say(await prepare(options, command));
      } catch (thrown) {
        if (!isHubgateError(thrown)) throw thrown;
        say({ ok: false, code: thrown.code, message: thrown.message });
      }
    });
}

async function prepare(options: { evaluation: boolean }, command: Command): Promise<Prepared> {
  const loaded = configOf(command);
  const { config, paths } = loaded;
  ensureSecrets(paths);
  const { applied } = await migrate(config, paths);
  const caMade = options.evaluation && !existsSync(`${paths.signerDir}/signing-ca.pem`);
  if (caMade) {
    await createEvaluationCa({
      config,
      paths,
      now: new Date(),
      progress: (step) => process.stderr.write(`  ${step} …\n`),
    });
  }
  // A renewal that a crash left half done: before the front reads a key and another key's certificate.
  if (config.front.embedded) {
    finishInstall({
      key: join(paths.serverDir, 'server.key'),
      certificate: null,
      fullchain: join(paths.serverDir, 'server.pem'),
    });
  }
  let adminLink: string | null = null;
  // A service's output is kept in the journal of the machine: `hubgate admin create` prints the link.
  if (options.evaluation) {
    await withCtx(command, async (ctx) => {
      adminLink = (await createFirstAdminLink(ctx))?.url ?? null;
      await ctx.db.close();
    });
  }
  return {
    ok: true,
    evaluation: existsSync(paths.evaluationMarker),
    caMade,
    adminLink,
    migrated: applied.length,
  };
}
