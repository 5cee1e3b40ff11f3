import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { LoadedConfig } from '../config/load';
import { HubgateError } from '../errors';
import type { ArchiveEntry, Manifest } from '../signer/backup/archive';
import type { Owners } from './init-owners';

/** Which half of a backup is restored. */
export type RestoredHalf = 'signer' | 'portal';

const STAGE = '.restoring';

/** Where a file of a backup belongs, and where it lies until all of them are known to be whole. */
export type Placing = { entry: ArchiveEntry; staged: string; target: string | null; half: RestoredHalf };

/**
 * Finds a place for a file of a backup; null for one that is not restored. `target` is null for the
 * copy of the database, which goes its own way.
 */
export function placingOf(
  { paths }: LoadedConfig,
  entry: ArchiveEntry,
  halves: readonly RestoredHalf[],
): Placing | null {
  const [area = '', ...rest] = entry.path.split('/');
  const name = rest.join('/');
  const half: RestoredHalf = area === 'signer' ? 'signer' : 'portal';
  if (area === 'config' || !halves.includes(half)) return null;
  const folder = half === 'signer' ? paths.signerDir : paths.stateDir;
  return {
    entry,
    half,
    staged: join(folder, STAGE, area, name),
    target: area === 'signer' ? join(folder, name) : area === 'state' ? stateTarget(paths, rest) : null,
  };
}

/** Secrets, public copies and server files lie where this configuration has them. */
function stateTarget(paths: LoadedConfig['paths'], [first = '', ...rest]: readonly string[]): string {
  const folders: Readonly<Record<string, string>> = {
    secrets: paths.secretsDir,
    ca: paths.caDir,
    server: paths.serverDir,
  };
  const folder = Object.hasOwn(folders, first) ? folders[first] : undefined;
  return folder === undefined ? join(paths.stateDir, first, ...rest) : join(folder, ...rest);
}

/** @throws {HubgateError} `ca.exists` when anything is there that would be overwritten */
export function refuseOccupied(placings: readonly Placing[], databaseFile: string | null): void {
  const wanted = placings.flatMap(({ target }) => target ?? []);
  const found = [...wanted, ...(databaseFile === null ? [] : [databaseFile])].find((file) =>
    existsSync(file),
  );
  if (found === undefined) return;
  throw new HubgateError(
    'ca.exists',
    `${found} is there, and nothing is overwritten. Move what is there away yourself (mv FOLDER FOLDER.before), ` +
      'then restore again.',
    { params: { file: found } },
  );
}

/** Writes one file beside its place, readable by nobody else. */
export async function stage(placing: Placing, content: AsyncIterable<Buffer>): Promise<void> {
  mkdirSync(dirname(placing.staged), { recursive: true, mode: 0o700 });
  await pipeline(Readable.from(content), createWriteStream(placing.staged, { mode: 0o600, flags: 'wx' }));
}

/** Holds what lies on the disk against what was backed up, once more. */
export async function compareStaged(placings: readonly Placing[], name: string): Promise<void> {
  for (const { entry, staged } of placings) {
    const hash = createHash('sha256');
    for await (const part of createReadStream(staged)) hash.update(part as Buffer);
    if (hash.digest('hex') === entry.sha256) continue;
    throw new HubgateError('ca.backup', `${entry.path} of ${name} reads otherwise than it was written.`, {
      params: { file: name },
    });
  }
}

/**
 * Moves the files into their places, with the modes and owners that they need. `signing-ca.pem` is the
 * last: a restore that was interrupted has left no CA.
 */
export function moveIntoPlace(
  placings: readonly Placing[],
  { paths }: LoadedConfig,
  owners: Owners | null,
): void {
  const last = join(paths.signerDir, 'signing-ca.pem');
  const sorted = [...placings].sort((a, b) => Number(a.target === last) - Number(b.target === last));
  for (const { entry, staged, target, half } of sorted) {
    if (target === null) continue;
    const owner = owners && (half === 'signer' ? owners.signer : owners.portal);
    // The public copies stay root's, for all to read.
    const isPublic = dirname(target) === paths.caDir;
    makeFolder(dirname(target), isPublic ? null : owner, isPublic ? 0o755 : 0o700);
    chmodSync(staged, entry.mode);
    if (owner && !isPublic) chownSync(staged, owner.uid, owner.gid);
    renameSync(staged, target);
  }
  if (owners === null) return;
  for (const half of new Set(placings.map((placing) => placing.half))) {
    const { uid, gid } = owners[half];
    chownSync(half === 'signer' ? paths.signerDir : paths.stateDir, uid, gid);
  }
}

function makeFolder(folder: string, owner: { uid: number; gid: number } | null, mode: number): void {
  if (existsSync(folder)) return;
  mkdirSync(folder, { recursive: true, mode });
  if (owner !== null) chownSync(folder, owner.uid, owner.gid);
}

export function removeStages({ paths }: LoadedConfig): void {
  for (const folder of [paths.signerDir, paths.stateDir]) {
    rmSync(join(folder, STAGE), { recursive: true, force: true });
  }
}

/** @throws {HubgateError} `ca.backup` when a table has not as many rows as were copied */
export function compareCounts(
  what: 'journal' | 'portal',
  manifest: Manifest,
  found: Readonly<Record<string, number>>,
): void {
  // A newer version adds migrations of its own while it restores.
  const wanted = Object.entries(manifest.counts[what]).filter(([table]) => table !== '_prisma_migrations');
  const wrong = wanted.find(([table, rows]) => found[table] !== rows);
  if (wrong === undefined) return;
  const [table, rows] = wrong;
  throw new HubgateError(
    'ca.backup',
    `The ${what} was restored, but ${table} has ${found[table] ?? 'no'} rows and not ${rows} as in the backup. ` +
      'Do not start Hubgate with it: move it away and try another backup.',
  );
}
