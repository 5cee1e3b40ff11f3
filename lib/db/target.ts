import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

import type { Config } from '../config/schema';
import type { StatePaths } from '../config/state-paths';
import { HubgateError } from '../errors';

/** Which database `database.url` names. */
export type DatabaseTarget =
  { kind: 'sqlite'; file: string } | { kind: 'postgresql'; url: string; password: string | null };

/**
 * Reads `database.url`: empty is SQLite in the state directory, `file:…` SQLite elsewhere (relative
 * to the state directory), `postgresql://…` PostgreSQL. A PostgreSQL host may be a socket folder:
 * `postgresql://hubgate@/hubgate?host=/run/postgresql`.
 *
 * @throws {HubgateError} `config.value` for another scheme, `config.missing-file` without the password file
 */
export function databaseTarget(config: Config, paths: StatePaths): DatabaseTarget {
  const { url, passwordFile } = config.database;
  if (url === '') return { kind: 'sqlite', file: paths.databaseFile };
  if (url.startsWith('file:')) {
    const file = url.slice('file:'.length);
    return { kind: 'sqlite', file: isAbsolute(file) ? file : join(paths.stateDir, file) };
  }
  if (/^postgres(ql)?:\/\//.test(url)) {
    return { kind: 'postgresql', url, password: passwordFile === '' ? null : readPassword(passwordFile) };
  }
  throw new HubgateError(
    'config.value',
    'database.url must be empty, begin with file: or begin with postgresql://.',
    { field: 'database.url', params: { key: 'database.url' } },
  );
}

function readPassword(file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd();
  } catch (cause) {
    throw new HubgateError('config.missing-file', `database.passwordFile ${file} cannot be read.`, {
      field: 'database.passwordFile',
      params: { file },
      cause,
    });
  }
}
