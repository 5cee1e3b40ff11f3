import { createHash } from 'node:crypto';

import { caCertificate } from '../client-cert/ca-certificates';
import type { Config } from '../config/schema';
import type { StatePaths } from '../config/state-paths';
import { buildCaFile } from './build-ca-file';

/** What stands under /ca/, at addresses that never change. */
export const CA_FILES = [
  'root-ca.crt',
  'root-ca.pem',
  'signing-ca.crt',
  'signing-ca.pem',
  'bundle.pem',
  'bundle.p7b',
  'hubgate.mobileconfig',
  'SHA256SUMS',
] as const;
export type CaFileName = (typeof CA_FILES)[number];

export type CaFile = { name: CaFileName; type: string; bytes: Uint8Array };

type Made = { stamp: string; file: CaFile };
const holder = globalThis as typeof globalThis & { __hubgateCaFiles?: Map<string, Made> };

/**
 * One of the CA's public files, made once per certificate.
 *
 * @throws {HubgateError} `ca.file` while there is no CA
 */
export function caFile(input: { config: Config; paths: StatePaths; name: CaFileName }): CaFile {
  const { config, paths, name } = input;
  const root = caCertificate(paths, 'root');
  const signing = caCertificate(paths, 'signing');
  const made = (holder.__hubgateCaFiles ??= new Map());
  const key = `${paths.caDir}\n${name}`;
  const stamp = `${root.fingerprintSha256} ${signing.fingerprintSha256}`;
  const before = made.get(key);
  if (before?.stamp === stamp) return before.file;
  const file =
    name === 'SHA256SUMS'
      ? sums(
          CA_FILES.filter((one) => one !== 'SHA256SUMS').map((one) =>
            buildCaFile(one, { root, signing, config }),
          ),
        )
      : buildCaFile(name, { root, signing, config });
  made.set(key, { stamp, file });
  return file;
}

/** As sha256sum(1) writes it, so that `sha256sum -c SHA256SUMS` works beside the downloads. */
function sums(files: readonly CaFile[]): CaFile {
  const lines = files.map(
    ({ name, bytes }) => `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`,
  );
  return {
    name: 'SHA256SUMS',
    type: 'text/plain; charset=utf-8',
    bytes: new TextEncoder().encode(lines.join('')),
  };
}
