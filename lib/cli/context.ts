import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';

import type { Command } from 'commander';

import { loadConfig, type LoadedConfig } from '../config/load';
import { ensureSecrets } from '../config/secrets';
import type { Ctx } from '../ctx';
import { siteLanguage } from '../i18n/site-language';
import type { Instance } from '../instance';

/** Options that every command has. */
export type GlobalOptions = { json?: true; config?: string };

/** How a command speaks: for people, or one JSON document with --json. */
export type Output = {
  readonly json: boolean;
  /** The result: `value` with --json, `text` otherwise. Called once by a command. */
  readonly result: (value: unknown, text: string) => void;
  /** Progress and asides: stderr, so that a pipe carries results only; silent with --json. */
  readonly note: (text: string) => void;
};

/** @param command the last argument that commander hands to an action */
export function outputOf(command: Command): Output {
  const json = command.optsWithGlobals<GlobalOptions>().json === true;
  return {
    json,
    result: (value, text) => {
      process.stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : `${text.replace(/\n*$/, '')}\n`);
    },
    note: (text) => {
      if (!json) process.stderr.write(`${text}\n`);
    },
  };
}

/** The configuration alone: for commands that need neither database nor signer. */
export function configOf(command: Command): LoadedConfig {
  const { config } = command.optsWithGlobals<GlobalOptions>();
  return loadConfig({ env: process.env, cwd: process.cwd(), file: config });
}

/** The same from this file, whatever --config names: for a hubgate.toml that is being made. */
export function configAt(file: string): LoadedConfig {
  return loadConfig({ env: process.env, cwd: process.cwd(), file });
}

/** The process's environment, for what is handed on to children; configuration goes through `configOf`. */
export function processEnv(): NodeJS.ProcessEnv {
  return process.env;
}

/** Who types: audit rows of commands say `host:<login>`. */
export function hostName(): string {
  try {
    return process.env['SUDO_USER'] ?? userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`; // no passwd entry, as in many containers
  }
}

/** What a command on the portal's own host acts with. */
export function hostCtx(instance: Instance): Ctx {
  return {
    actor: { kind: 'host', name: hostName() },
    now: () => new Date(),
    requestId: `cli-${randomBytes(8).toString('hex')}`,
    locale: siteLanguage(instance.config),
    config: instance.config,
    paths: instance.paths,
    db: instance.db,
    signer: instance.signer,
  };
}

/**
 * Opens the instance (configuration, database, signer's socket) and runs a command with it.
 *
 * `program.command('list').action((options, command) => withCtx(command, async (ctx, out) => …))`
 */
export async function withCtx(
  command: Command,
  run: (ctx: Ctx, out: Output, instance: Instance) => Promise<void>,
): Promise<void> {
  ensureSecrets(configOf(command).paths);
  // Loaded here: commands without a database start without Prisma.
  const { instance } = await import('../instance');
  const opened = await instance();
  await run(hostCtx(opened), outputOf(command), opened);
}
