import { createHash } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  openSync,
  closeSync,
  renameSync,
  rmSync,
  statSync,
  chownSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { Command } from 'commander';

import packageJson from '../../package.json' with { type: 'json' };
import type { LoadedConfig } from '../config/load';
import { databaseTarget } from '../db/target';
import { HubgateError } from '../errors';
import { Manifest, packArchive, unpackArchive, type ArchiveEntry } from '../signer/backup/archive';
import { copyJournal } from '../signer/backup/copy-journal';
import { seal, unseal } from '../signer/backup/sealed-stream';
import { signerFiles } from '../signer/ca-files';
import { openPassphrases } from './ask-passphrase';
import { configParts, signerParts, stateParts, type BackupPart } from './backup-parts';
import { configOf, outputOf } from './context';
import { copyPortalDatabase } from './copy-portal-database';
import { refuseUnusable, unwritable } from './write-new-file';

/** `hubgate ca backup [file]` */
export function addBackup(ca: Command): void {
  ca.command('backup [file]')
    .description(
      'journal, keys (encrypted as they are), rules and portal in one encrypted file, while all runs',
    )
    .option('--passphrase-file <file>', "passphrase of the backup; strong, and not one of the CA's keys")
    .action(backup);
}

async function backup(
  name: string | undefined,
  options: { passphraseFile?: string },
  command: Command,
): Promise<void> {
  const loaded = configOf(command);
  const out = outputOf(command);
  const now = new Date();
  const file = name === undefined ? defaultFile(loaded, now) : resolve(name);
  refuseUnusable(file);
  refuseUnreadable(loaded);
  const asked = openPassphrases();
  try {
    const passphrase = await asked.fresh(options.passphraseFile, 'Passphrase of the backup', 'backup');
    const manifest = await writeBackup(loaded, file, passphrase, now, out.note);
    out.note('  reading it back …');
    await readBack(file, passphrase, manifest);
    const { size } = statSync(file);
    const { counts, entries } = manifest;
    out.result(
      { file, bytes: size, files: entries.length, database: manifest.database, counts },
      `${file}: ${entries.length} files, ${size} bytes, read back and found whole.\n` +
        `Journal: ${counts.journal['certificates'] ?? 0} certificates, ${counts.journal['revocations'] ?? 0} revoked. ` +
        `Portal: ${counts.portal['Request'] ?? 0} requests, ${counts.portal['Certificate'] ?? 0} certificates.\n` +
        'Take it to another machine, and keep its passphrase elsewhere. Try it: hubgate ca restore --check FILE',
    );
  } finally {
    asked.close();
  }
}

/** Where the signer looks when its journal is damaged. */
function defaultFile({ paths }: LoadedConfig, now: Date): string {
  const { backups } = signerFiles(paths.signerDir);
  if (!statSync(backups, { throwIfNoEntry: false })) {
    mkdirSync(backups, { mode: 0o700 });
    giveToOwnerOf(paths.signerDir, backups);
  }
  const stamp = now.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return join(backups, `hubgate-${stamp}.hgbackup`);
}

function refuseUnreadable({ paths }: LoadedConfig): void {
  for (const folder of [paths.signerDir, paths.stateDir]) {
    try {
      statSync(join(folder, '.'));
      statSync(folder === paths.signerDir ? signerFiles(folder).journal : folder);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      throw new HubgateError(
        'ca.file',
        code === 'EACCES'
          ? `${folder} cannot be read by this user: portal and signer are two users, so root makes the backup.`
          : `There is nothing to back up: ${folder} (${code ?? 'unknown'}).`,
        { params: { file: folder }, cause },
      );
    }
  }
}

/** The journal's copy lies there while it is packed; a dot keeps it out of backups. */
const SCRATCH = '.backup-';
const LEFT_OVER_MS = 86_400_000;

/** Of a backup that was killed: a whole journal must not lie about for ever. */
function removeLeftOver(signerDir: string, own: string): void {
  for (const name of readdirSync(signerDir)) {
    const folder = join(signerDir, name);
    if (!name.startsWith(SCRATCH) || folder === own) continue;
    if (Date.now() - statSync(folder).mtimeMs > LEFT_OVER_MS)
      rmSync(folder, { recursive: true, force: true });
  }
}

/** The portal's database first: what the journal knows more is taken over; what it knows less is an alarm. */
async function writeBackup(
  loaded: LoadedConfig,
  file: string,
  passphrase: string,
  now: Date,
  note: (text: string) => void,
): Promise<Manifest> {
  const { config, paths } = loaded;
  const draft = `${file}.new`;
  const scratch = mkdtempSync(join(paths.signerDir, SCRATCH));
  const journalCopy = join(scratch, 'journal.copy');
  removeLeftOver(paths.signerDir, scratch);
  const target = databaseTarget(config, paths);
  note('  copying the database …');
  const portal = await copyPortalDatabase(loaded);
  try {
    note('  copying the journal …');
    const journal = copyJournal(signerFiles(paths.signerDir).journal, journalCopy);
    const parts: BackupPart[] = [
      { path: 'signer/journal.db', mode: 0o600, source: sourceOf(journalCopy) },
      ...signerParts(loaded),
      {
        path: target.kind === 'sqlite' ? 'portal/portal.db' : 'portal/portal.dump',
        mode: 0o600,
        source: sourceOf(portal.file),
      },
      ...stateParts(loaded),
      ...configParts(loaded),
    ];
    const manifest: Manifest = {
      version: 1,
      createdAt: now.toISOString(),
      hubgate: packageJson.version,
      site: config.site.url,
      database: target.kind,
      counts: { journal, portal: portal.counts },
      entries: await Promise.all(parts.map(entryOf)),
    };
    note('  encrypting …');
    const bytes = packArchive(manifest, (entry) => contentOf(parts, entry));
    await pipeline(
      Readable.from(seal(bytes, passphrase)),
      createWriteStream(draft, { mode: 0o600, flags: 'wx' }),
    );
    syncFile(draft);
    renameSync(draft, file);
    giveToOwnerOf(dirname(file), file);
    return manifest;
  } catch (cause) {
    rmSync(draft, { force: true });
    throw cause instanceof HubgateError ? cause : unwritable(file, cause);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
    portal.remove();
  }
}

const sourceOf = (file: string): BackupPart['source'] => ({ file, size: statSync(file).size });

async function entryOf({ path, mode, source }: BackupPart): Promise<ArchiveEntry> {
  const hash = createHash('sha256');
  if (source instanceof Uint8Array) hash.update(source);
  else for await (const part of createReadStream(source.file)) hash.update(part as Buffer);
  const size = source instanceof Uint8Array ? source.length : source.size;
  return { path, mode, size, sha256: hash.digest('hex') };
}

function contentOf(parts: readonly BackupPart[], { path }: ArchiveEntry): AsyncIterable<Uint8Array> {
  const source = parts.find((part) => part.path === path)?.source ?? new Uint8Array();
  return source instanceof Uint8Array ? Readable.from([source]) : createReadStream(source.file);
}

/** What cannot be read is no backup: the file is opened, decrypted and compared, from the disk. */
async function readBack(file: string, passphrase: string, written: Manifest): Promise<void> {
  try {
    const read = await unpackArchive(
      unseal(createReadStream(file), passphrase, file),
      file,
      async () => undefined,
    );
    // Parsed both: the same fields in the same order.
    if (JSON.stringify(read) !== JSON.stringify(Manifest.parse(written))) {
      throw new HubgateError('ca.backup', `${file} reads otherwise than it was written.`);
    }
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
}

function syncFile(file: string): void {
  const descriptor = openSync(file, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

/** Root writes into a folder of the signer's user, who must see it there. */
function giveToOwnerOf(model: string, file: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(model);
  chownSync(file, uid, gid);
}
