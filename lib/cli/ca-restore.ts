import { chownSync, createReadStream, existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { Option, type Command } from 'commander';

import type { LoadedConfig } from '../config/load';
import { migrate } from '../db/migrate';
import { restoreSqlite } from '../db/restore-sqlite';
import { postgresqlRowCounts, sqliteRowCounts, type RowCounts } from '../db/row-counts';
import { databaseTarget, type DatabaseTarget } from '../db/target';
import { HubgateError } from '../errors';
import { unpackArchive, type Manifest } from '../signer/backup/archive';
import { checkJournal } from '../signer/backup/copy-journal';
import { unseal } from '../signer/backup/sealed-stream';
import { lockInstance } from '../supervisor/instance-lock';
import { openPassphrases } from './ask-passphrase';
import { configOf, outputOf, type Output } from './context';
import { portalUser, runAs } from './copy-portal-database';
import { findOwners, type OwnerOptions } from './init-owners';
import { restorePostgresql } from './postgresql-tools';
import {
  compareCounts,
  compareStaged,
  moveIntoPlace,
  placingOf,
  refuseOccupied,
  removeStages,
  stage,
  type Placing,
  type RestoredHalf,
} from './restore-parts';
import { writeNewFile } from './write-new-file';

type RestoreOptions = OwnerOptions & {
  passphraseFile?: string;
  check?: true;
  only?: RestoredHalf;
  configTo?: string;
};

/** `hubgate ca restore <file>` */
export function addRestore(ca: Command): void {
  ca.command('restore <file>')
    .description('put a backup of `hubgate ca backup` into an empty installation; nothing is overwritten')
    .option('--passphrase-file <file>', 'a file that only you may read')
    .option('--check', 'only decrypt it, compare everything and say what is in it')
    .addOption(
      new Option('--only <half>', "the signer's folder or the portal's alone").choices(['signer', 'portal']),
    )
    .option(
      '--config-to <folder>',
      'only write hubgate.toml, and what a separate front has beside it, into a folder',
    )
    .option('--portal-user <user>', 'as root: whose the portal’s files become')
    .option('--signer-user <user>', 'as root: whose the keys become')
    .action(restore);
}

async function restore(name: string, options: RestoreOptions, command: Command): Promise<void> {
  const file = resolve(name);
  const out = outputOf(command);
  if (!existsSync(file)) throw new HubgateError('ca.backup', `There is no ${file}.`, { params: { file } });
  const asked = openPassphrases();
  try {
    const passphrase = await asked.known(options.passphraseFile, `Passphrase of ${file}`);
    if (options.check) await check(file, passphrase, out);
    else if (options.configTo !== undefined) {
      await writeConfig(file, passphrase, resolve(options.configTo), out);
    } else await restoreAll(configOf(command), file, passphrase, options, out);
  } finally {
    asked.close();
  }
}

type User = { uid: number; gid: number };

const open = (
  file: string,
  passphrase: string,
  take: Parameters<typeof unpackArchive>[2],
): Promise<Manifest> => unpackArchive(unseal(createReadStream(file), passphrase, file), file, take);

async function check(file: string, passphrase: string, out: Output): Promise<void> {
  const manifest = await open(file, passphrase, async () => undefined);
  const { createdAt, site, hubgate, database, counts, entries } = manifest;
  out.result(
    manifest,
    [
      `${file} is whole: ${entries.length} files, made ${createdAt} by Hubgate ${hubgate} for ${site}, database ${database}.`,
      `Journal: ${counts.journal['certificates'] ?? 0} certificates, ${counts.journal['revocations'] ?? 0} revoked. ` +
        `Portal: ${counts.portal['Request'] ?? 0} requests, ${counts.portal['Certificate'] ?? 0} certificates.`,
    ].join('\n'),
  );
}

async function writeConfig(file: string, passphrase: string, folder: string, out: Output): Promise<void> {
  const kept = new Map<string, { bytes: Buffer; mode: number }>();
  await open(file, passphrase, async ({ path, mode }, content) => {
    if (!path.startsWith('config/')) return;
    const parts: Buffer[] = [];
    for await (const part of content) parts.push(part);
    kept.set(path.slice('config/'.length), { bytes: Buffer.concat(parts), mode });
  });
  for (const [name, { bytes, mode }] of kept) writeNewFile(join(folder, name), bytes, mode);
  const names = [...kept.keys()].map((name) => join(folder, name));
  out.result(
    { written: names },
    names.length === 0 ? 'There was no hubgate.toml in it.' : `Wrote ${names.join(', ')}.`,
  );
}

async function restoreAll(
  loaded: LoadedConfig,
  file: string,
  passphrase: string,
  options: RestoreOptions,
  out: Output,
): Promise<void> {
  const { config, paths } = loaded;
  const halves: RestoredHalf[] = options.only === undefined ? ['signer', 'portal'] : [options.only];
  const owners = findOwners(options);
  const user = owners === null ? portalUser(loaded) : owners.portal;
  const target = databaseTarget(config, paths);
  const lock = halves.includes('portal') ? await lockInstance(paths.runDir) : null;
  try {
    removeStages(loaded); // of a restore that was interrupted
    for (const half of halves) {
      mkdirSync(half === 'signer' ? paths.signerDir : paths.stateDir, { recursive: true, mode: 0o700 });
    }
    const placings: Placing[] = [];
    out.note('  decrypting …');
    const manifest = await open(file, passphrase, async (entry, content, whole) => {
      if (placings.length === 0) await refuseUnfit(whole, loaded, target, halves, user);
      const placing = placingOf(loaded, entry, halves);
      if (placing === null) return;
      await stage(placing, content);
      placings.push(placing);
    });
    out.note('  comparing …');
    await compareStaged(placings, file);
    const journal = placings.find(({ entry }) => entry.path === 'signer/journal.db');
    if (journal) compareCounts('journal', manifest, checkJournal(journal.staged, file));
    out.note('  moving into place …');
    moveIntoPlace(placings, loaded, owners);
    const dump = placings.find(({ target: place }) => place === null);
    lock?.close(); // the portal's own user takes it again where root restores for it
    if (dump) compareCounts('portal', manifest, await restoreDatabase(loaded, target, dump.staged, user));
    out.result(
      {
        restored: file,
        createdAt: manifest.createdAt,
        halves,
        files: placings.length,
        counts: manifest.counts,
      },
      [
        `Restored ${halves.join(' and ')} from ${file} of ${manifest.createdAt}: ${placings.length} files, compared and the same.`,
        'The signing key is locked: start Hubgate, then hubgate ca unlock.',
        ...(options.only === undefined
          ? [
              'What was issued or revoked since that backup is not in it: hubgate ca crl-number raises the number of lists.',
              'If hubgate audit verify misses events that were sealed while the backup was made: hubgate audit accept.',
            ]
          : [
              `The other half stays as it is. If the portal knows more than this journal: hubgate ca accept-journal`,
            ]),
      ].join('\n'),
    );
  } finally {
    lock?.close();
    removeStages(loaded);
  }
}

/** Before anything is written: another database, or something in the way. */
async function refuseUnfit(
  manifest: Manifest,
  loaded: LoadedConfig,
  target: DatabaseTarget,
  halves: readonly RestoredHalf[],
  user: User | null,
): Promise<void> {
  const all = manifest.entries.flatMap((entry) => placingOf(loaded, entry, halves) ?? []);
  const withPortal = halves.includes('portal');
  refuseOccupied(all, withPortal && target.kind === 'sqlite' ? target.file : null);
  if (!withPortal) return;
  if (manifest.database !== target.kind) {
    throw new HubgateError(
      'config.value',
      `The backup holds a ${manifest.database} database, and database.url names ${target.kind}. Restore it into ` +
        'the same kind.',
      { field: 'database.url', params: { key: 'database.url' } },
    );
  }
  if (target.kind === 'postgresql') {
    const counts =
      user === null ? await postgresqlRowCounts(target) : runAs(user, loaded, ['db', 'status']).counts;
    const tables = Object.keys(counts);
    if (tables.length > 0) {
      throw new HubgateError(
        'ca.exists',
        `The database that database.url names has tables already (${tables.slice(0, 3).join(', ')}, …), and nothing is ` +
          'overwritten. Make an empty one, and name that.',
      );
    }
  }
}

async function restoreDatabase(
  loaded: LoadedConfig,
  target: DatabaseTarget,
  copy: string,
  user: User | null,
): Promise<RowCounts> {
  const { config, paths } = loaded;
  if (target.kind === 'sqlite') {
    // It takes the owner of its folder, which is the portal's by now.
    await restoreSqlite({ backup: copy, file: target.file, aside: `${target.file}.before-restore` });
    return sqliteRowCounts(target.file);
  }
  if (user !== null) {
    // The portal's user reads it, and nobody else.
    for (const path of [copy, dirname(copy), dirname(dirname(copy))]) chownSync(path, user.uid, user.gid);
    return runAs(user, loaded, ['db', 'restore', copy]).counts;
  }
  restorePostgresql(target, copy);
  await migrate(config, paths);
  return postgresqlRowCounts(target);
}
