import { Command, CommanderError } from 'commander';

import { isHubgateError } from '../errors';
import type { GlobalOptions } from './context';

type Area = { register: (program: Command) => void };

/**
 * The areas of commands by their first word, each in a file of its own. Loaded when called for: the
 * supervisor of `start` runs for months and needs no database client in its memory.
 */
const AREAS: Readonly<Record<string, () => Promise<Area>>> = {
  start: () => import('./start'),
  prepare: () => import('./prepare'),
  init: () => import('./init'),
  ca: () => import('./ca'),
  approvers: () => import('./approvers'),
  demo: () => import('./demo'),
  'demo-seed': () => import('./demo'),
  hubs: () => import('./hubs'),
  requests: () => import('./requests'),
  events: () => import('./events'),
  sign: () => import('./sign'),
  certs: () => import('./certs'),
  'server-cert': () => import('./server-cert'),
  keys: () => import('./keys'),
  db: () => import('./db'),
  audit: () => import('./audit'),
  config: () => import('./config'),
  doctor: () => import('./doctor'),
  mail: () => import('./mail'),
  admin: () => import('./admin'),
  token: () => import('./token'),
};

/** The areas that these arguments need: one, or all for --help and for a word that nobody knows. */
async function areasFor(words: readonly string[]): Promise<Area[]> {
  const word = words.find((each, index) => !each.startsWith('-') && words[index - 1] !== '--config') ?? '';
  const one = Object.hasOwn(AREAS, word) ? AREAS[word] : undefined;
  if (one !== undefined) return [await one()];
  const all = await Promise.all(Object.values(AREAS).map((load) => load()));
  return [...new Set(all)];
}

/**
 * The command line.
 *
 * @param words the arguments, without `node` and the script
 * @param env   the process's environment; --config is written into it, for what reads it later
 * @returns the exit code: 0, 1 for a refusal or failure, 2 for a wrong call
 */
export async function main(words: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const program = new Command('hubgate')
    .description("The web portal of a computing centre's private PKI, and the index of its JupyterHubs.")
    .option(
      '--config <file>',
      'the configuration (default: $HUBGATE_CONFIG, ./hubgate.toml, /etc/hubgate/hubgate.toml)',
    )
    .option('--json', 'one JSON document instead of text')
    .showHelpAfterError()
    .exitOverride()
    .hook('preAction', (_program, command) => {
      const { config: file } = command.optsWithGlobals<GlobalOptions>();
      if (file !== undefined) env['HUBGATE_CONFIG'] = file;
    });
  try {
    for (const area of await areasFor(words)) area.register(program);
    await program.parseAsync(words, { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : 0;
  } catch (thrown) {
    return report(thrown, words.includes('--json'));
  }
}

/** Says on stderr what went wrong; a refusal without a stack, the unexpected with one. */
function report(thrown: unknown, json: boolean): number {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2; // commander has spoken
  if (isHubgateError(thrown)) {
    const { code, message, field, params } = thrown;
    process.stderr.write(
      json ? `${JSON.stringify({ code, message, field, params })}\n` : `hubgate: ${message}\n`,
    );
    return 1;
  }
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  process.stderr.write(`hubgate: unexpected failure, please report it:\n${text}\n`);
  return 1;
}
