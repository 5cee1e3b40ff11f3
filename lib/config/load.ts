import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { parse, TomlError } from 'smol-toml';
import { z } from 'zod';

import { HubgateError } from '../errors';
import { impossibleCombinations } from './combinations';
import { nearestWord } from './nearest';
import { ConfigSchema, type Config } from './schema';
import { statePaths, type StatePaths } from './state-paths';
import { lineOfKey } from './toml-lines';

/** What hubgate.toml and the environment say, and where everything lies. */
export type LoadedConfig = {
  config: Config;
  /** The file that was read, absolute; null when there is none and all defaults hold. */
  file: string | null;
  /** Relative paths of the file are relative to this folder. */
  baseDir: string;
  paths: StatePaths;
};

const SYSTEM_FILE = '/etc/hubgate/hubgate.toml';

/** 64 KiB: a hundred times what a real file has. */
const CONFIG_MAX_BYTES = 64 * 1024;

/**
 * Reads the configuration: `file` (from --config), else HUBGATE_CONFIG, else ./hubgate.toml, else
 * /etc/hubgate/hubgate.toml, else all defaults. HUBGATE_STATE_DIR overrides `stateDir`.
 *
 * @param input.env  the process's environment; read here and nowhere else
 * @param input.cwd  the process's working directory
 * @param input.file what --config names, when given
 * @throws {HubgateError} `config.missing-file`, `config.syntax`, `config.unknown-key`,
 *   `config.value`; each names the file, the line, the key, the value and what is allowed
 */
export function loadConfig(input: {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  file?: string | undefined;
}): LoadedConfig {
  const { env, cwd } = input;
  const named = input.file ?? (env['HUBGATE_CONFIG'] || undefined);
  const file = named === undefined ? defaultFile(cwd) : resolve(cwd, named);
  const text = file === null ? '' : readText(file);
  const config = parseConfig(text, file ?? 'hubgate.toml');

  const override = env['HUBGATE_STATE_DIR'];
  if (override !== undefined && override !== '') config.stateDir = resolve(cwd, override);
  const baseDir = file === null ? cwd : dirname(file);
  const paths = statePaths(config, baseDir, isDirectory);

  const impossible = impossibleCombinations(config, paths)[0];
  if (impossible !== undefined) {
    const where = place(file ?? 'hubgate.toml', text, impossible.key.split('.'));
    throw new HubgateError('config.value', `${where}: ${impossible.key} ${impossible.problem}.`, {
      field: impossible.key,
      params: { key: impossible.key },
    });
  }
  return { config, file, baseDir, paths };
}

/**
 * Validates the text of a hubgate.toml.
 *
 * @param name how errors call the file
 * @throws {HubgateError} `config.syntax`, `config.unknown-key`, `config.value`
 */
export function parseConfig(text: string, name: string): Config {
  const outcome = ConfigSchema.safeParse(parseToml(text, name));
  if (outcome.success) return outcome.data;
  const issues = outcome.error.issues;
  // An unknown key first: a mistyped name is the cause, a value that lacks then only follows.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  if (issue === undefined) throw new RangeError('a failed parse without an issue');
  throw issue.code === 'unrecognized_keys'
    ? unknownKey(issue, text, name)
    : badValue(issue, outcome.error, text, name);
}

function parseToml(text: string, name: string): unknown {
  try {
    return parse(text.replace(/^\uFEFF/, ''));
  } catch (thrown) {
    if (!(thrown instanceof TomlError)) throw thrown;
    const why = thrown.message.split('\n')[0]?.replace(/^Invalid TOML document:\s*/, '') ?? 'not TOML';
    throw new HubgateError(
      'config.syntax',
      `${name}, line ${thrown.line}, column ${thrown.column}: ${why}. ` +
        'The file is TOML: key = "text", numbers and true/false without quotes, [tables] in brackets.',
      { params: { line: thrown.line } },
    );
  }
}

function unknownKey(issue: z.core.$ZodIssueUnrecognizedKeys, text: string, name: string): HubgateError {
  const table = issue.path.map(String);
  const typed = issue.keys[0] ?? '';
  const key = [...table, typed].join('.');
  const known = knownKeys(table);
  const near = nearestWord(typed, known);
  return new HubgateError(
    'config.unknown-key',
    `${place(name, text, [...table, typed])}: ${key} is not a key that Hubgate knows. ` +
      (near === null ? '' : `Did you mean ${[...table, near].join('.')}? `) +
      `Known here: ${known.join(', ')}.`,
    { field: key, params: { key, near: near ?? '' } },
  );
}

function badValue(issue: z.core.$ZodIssue, error: z.ZodError, text: string, name: string): HubgateError {
  const path = issue.path.map(String);
  const key = path.join('.');
  const value = valueAt(parseToml(text, name), path);
  const all = error.issues.filter((other) => other.path.map(String).join('.') === key);
  const allowed = [...new Set(all.map(({ message }) => wordAllowed(message)))].join(', and ');
  return new HubgateError(
    'config.value',
    `${place(name, text, path)}: ${key} = ${shorten(JSON.stringify(value) ?? 'nothing')} is not allowed. Allowed: ${allowed}.`,
    { field: key, params: { key } },
  );
}

/** zod says "Invalid option: expected one of …": what is expected is what people need. */
function wordAllowed(message: string): string {
  return message
    .replace(/^(?:Invalid|Too)[^:]*:\s*(?:expected\s*)?/, '')
    .replace(/^(?:string|number|array) to (?:be|have) /, '')
    .replace(/, received .*$/, '');
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function valueAt(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (node, part) =>
      typeof node === 'object' && node !== null && Object.hasOwn(node, part)
        ? (node as Record<string, unknown>)[part]
        : undefined,
    document,
  );
}

function knownKeys(table: readonly string[]): string[] {
  const schema = z.toJSONSchema(ConfigSchema, { io: 'input' });
  const node = table.reduce<unknown>((inner, part) => valueAt(inner, ['properties', part]), schema);
  return Object.keys((valueAt(node, ['properties']) as object | undefined) ?? {});
}

function place(name: string, text: string, path: readonly string[]): string {
  const line = lineOfKey(text, path);
  return line === null ? name : `${name}, line ${line}`;
}

function defaultFile(cwd: string): string | null {
  return [resolve(cwd, 'hubgate.toml'), SYSTEM_FILE].find(isFile) ?? null;
}

function readText(file: string): string {
  try {
    if (statSync(file).size > CONFIG_MAX_BYTES) {
      throw new HubgateError(
        'config.syntax',
        `${file} is larger than ${CONFIG_MAX_BYTES} bytes: not a hubgate.toml.`,
      );
    }
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    if (thrown instanceof HubgateError) throw thrown;
    const why = (thrown as NodeJS.ErrnoException).code;
    throw new HubgateError(
      'config.missing-file',
      why === 'ENOENT'
        ? `The configuration file ${file} does not exist. Name another with --config, or leave it out for the defaults.`
        : `The configuration file ${file} cannot be read (${why}). Check its owner and mode.`,
      { params: { file }, cause: thrown },
    );
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return false; // sudo from a folder that the other user may not enter
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false; // a parent that may not be entered
  }
}
