import { constants, lstatSync, openSync, readdirSync, readFileSync, closeSync, fstatSync } from 'node:fs';
import { join } from 'node:path';

import type { LoadedConfig } from '../config/load';

/** A file of a backup: by its name inside, with its bytes or where they lie. */
export type BackupPart = { path: string; mode: number; source: Uint8Array | { file: string; size: number } };

/** Small files are read into memory, so that what is hashed is what is written. */
const SMALL_BYTES = 8 * 1024 * 1024;

/** What of the signer's folder is no part of it: the journal is copied apart, backups hold no backups. */
const NOT_OF_SIGNER = /^(?:\..*|journal\.db.*|backups|.*\.new)$/;

/**
 * The signer's files beside its journal: keys as they are encrypted, certificates, lists, rules.
 */
export function signerParts({ paths }: LoadedConfig): BackupPart[] {
  return partsIn(paths.signerDir, 'signer', (name) => !NOT_OF_SIGNER.test(name));
}

/**
 * The portal's files beside its database: secrets, public copies, the embedded front's certificate,
 * and the markers of an evaluation.
 */
export function stateParts({ paths }: LoadedConfig): BackupPart[] {
  const folders = [
    ...partsIn(paths.secretsDir, 'state/secrets', () => true),
    ...partsIn(paths.caDir, 'state/ca', (name) => !name.endsWith('.new')),
    ...partsIn(paths.serverDir, 'state/server', (name) => !name.endsWith('.new')),
  ];
  const markers = [
    [paths.evaluationMarker, 'state/EVALUATION'],
    [paths.demoMarker, 'state/DEMO'],
  ] as const;
  return [...folders, ...markers.flatMap(([file, path]) => partOf(file, path))];
}

/** hubgate.toml, and what a separate front has beside it. */
export function configParts({ file, baseDir, config }: LoadedConfig): BackupPart[] {
  const beside = config.front.embedded ? [] : ['server.pem', 'server.key', 'ca-bundle.pem'];
  return [
    ...(file === null ? [] : partOf(file, 'config/hubgate.toml')),
    ...beside.flatMap((name) => partOf(join(baseDir, name), `config/${name}`)),
  ];
}

function partsIn(folder: string, prefix: string, wanted: (name: string) => boolean): BackupPart[] {
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return names.filter(wanted).flatMap((name) => {
    const file = join(folder, name);
    return lstatSync(file).isDirectory()
      ? partsIn(file, `${prefix}/${name}`, wanted)
      : partOf(file, `${prefix}/${name}`);
  });
}

/** Nothing for what is not there, is no regular file, or is a link that somebody put there. */
function partOf(file: string, path: string): BackupPart[] {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ELOOP', 'ENXIO'].includes(code)) return [];
    throw error;
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) return [];
    const mode = stat.mode & 0o777;
    return [
      {
        path,
        mode,
        source: stat.size > SMALL_BYTES ? { file, size: stat.size } : readFileSync(descriptor),
      },
    ];
  } finally {
    closeSync(descriptor);
  }
}
