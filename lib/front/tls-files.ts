import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SecureContextOptions } from 'node:tls';

import type { StatePaths } from '../config/state-paths';
import { HubgateError } from '../errors';

/** TLS files of the front, and whether they are others than before. */
export type TlsFiles = {
  read(): Required<Pick<SecureContextOptions, 'cert' | 'key'>> & { ca: string[] };
  /** True once after any of the files changed on disk. */
  changed(): boolean;
};

/** @throws {HubgateError} from `read`: `config.missing-file`, naming the file and who makes it */
export function tlsFiles(paths: Pick<StatePaths, 'serverDir' | 'caDir'>): TlsFiles {
  const files = {
    cert: join(paths.serverDir, 'server.pem'),
    key: join(paths.serverDir, 'server.key'),
    root: join(paths.caDir, 'root-ca.pem'),
    signing: join(paths.caDir, 'signing-ca.pem'),
    former: join(paths.caDir, 'former-cas.pem'),
  };
  const version = () =>
    Object.values(files)
      .map((file) => statSync(file, { throwIfNoEntry: false }))
      .map((stat) => (stat === undefined ? 'absent' : `${stat.ino} ${stat.size} ${stat.mtimeMs}`))
      .join('|');
  let seen = version();
  return {
    read: () => ({
      cert: readRequired(files.cert),
      key: readRequired(files.key),
      // All: the root verifies, and the list tells browsers which certificates to offer.
      ca: [
        readRequired(files.root),
        readRequired(files.signing),
        ...(existsSync(files.former) ? [readRequired(files.former)] : []),
      ],
    }),
    changed: () => {
      const now = version();
      const differs = now !== seen;
      seen = now;
      return differs;
    },
  };
}

function readRequired(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    throw new HubgateError(
      'config.missing-file',
      `${file} cannot be read (${(thrown as NodeJS.ErrnoException).code}). It is made together with the CA: ` +
        'run `npx hubgate init`, or `npm start` for an evaluation.',
      { params: { file }, cause: thrown },
    );
  }
}
