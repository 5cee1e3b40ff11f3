import { createHash } from 'node:crypto';

import { caCertificates, signingCasInOrder, type CaCertificates } from '../client-cert/ca-certificates';
import type { Config } from '../config/schema';
import type { StatePaths } from '../config/state-paths';
import { HubgateError } from '../errors';
import { buildCaFile } from './build-ca-file';

/** What stands under /ca/ in every installation, at addresses that never change. */
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

/** The next signing CAs have files of their own beside these: signing-ca-2.crt, signing-ca-2.pem, … */
export const CA_FILE_NAME =
  /^(?:root-ca|signing-ca(?:-[1-9]\d{0,3})?)\.(?:crt|pem)$|^bundle\.(?:pem|p7b)$|^hubgate\.mobileconfig$|^SHA256SUMS$/;

export type CaFile = { name: string; type: string; bytes: Uint8Array };

type Made = { stamp: string; file: CaFile };
const holder = globalThis as typeof globalThis & { __hubgateCaFiles?: Map<string, Made> };

/**
 * One of the CA's public files, made once per set of CAs.
 *
 * @param input.now former CAs that have ended leave the bundles
 * @throws {HubgateError} `ca.file` while there is no CA, `http.not-found` for a CA that there is not
 */
export function caFile(input: { config: Config; paths: StatePaths; name: string; now: Date }): CaFile {
  const { config, paths, name, now } = input;
  const cas = living(caCertificates(paths), now);
  const all = caCertificates(paths);
  const made = (holder.__hubgateCaFiles ??= new Map());
  const key = `${paths.caDir}\n${name}`;
  const stamp = [all.root, all.signing, ...all.former, ...cas.former]
    .map(({ fingerprintSha256 }) => fingerprintSha256)
    .join(' ');
  const before = made.get(key);
  if (before?.stamp === stamp) return before.file;
  const build = (one: string): CaFile | null => buildCaFile(one, { all, cas, config });
  const file = name === 'SHA256SUMS' ? sums(namesOf(all).flatMap((one) => build(one) ?? [])) : build(name);
  if (file === null) throw new HubgateError('http.not-found', `There is no ${name} here.`);
  made.set(key, { stamp, file });
  return file;
}

function living(cas: CaCertificates, now: Date): CaCertificates {
  return { ...cas, former: cas.former.filter(({ notAfter }) => notAfter > now) };
}

function namesOf(cas: CaCertificates): string[] {
  const later = signingCasInOrder(cas).slice(1);
  return [
    ...CA_FILES.filter((one) => one !== 'SHA256SUMS'),
    ...later.flatMap((_, at) => [`signing-ca-${at + 2}.crt`, `signing-ca-${at + 2}.pem`]),
  ];
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
