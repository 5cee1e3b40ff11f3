import { type FileHandle, open, stat } from 'node:fs/promises';

import { HubgateError, isHubgateError } from '../errors';
import { fingerprintSet, type FingerprintSet } from './fingerprint-set';

/** What an operator's list holds. */
export type BlockListFile = {
  /** By SHA-256 of the SubjectPublicKeyInfo. */
  keys: FingerprintSet;
  /** RSA keys by the last 20 hex digits of lib/x509/modulus-digest.ts, as Debian's openssl-blacklist has them. */
  moduli: FingerprintSet;
};

/** 1.5 million lines of the longer kind; more is no list that somebody keeps. */
const MAX_BYTES = 100 * 1024 * 1024;
/** The byte order mark of UTF-8, read as Latin-1. */
const UTF8_MARK = /^\u00ef\u00bb\u00bf/;
/** A hash, white space and a comment. */
const LINE_MAX = 1000;

type Kept = { stamp: string; loading: Promise<BlockListFile>; good: BlockListFile | null };
const kept = new Map<string, Kept>();

/**
 * The list in `file`, read again whenever the file has changed. One hash a line, in hex: 64 digits for
 * SHA-256 of a SubjectPublicKeyInfo, 20 (or all 40) of Debian's openssl-blacklist for an RSA modulus;
 * `#` begins a comment.
 *
 * A change that cannot be read leaves the list before in force: an editor may be half way through.
 * blockListState() tells it.
 *
 * @throws {HubgateError} `config.missing-file`, `config.value`, when no list was ever read: nobody
 *   learns then which keys are compromised, so no key is taken
 */
export async function blockListFile(file: string): Promise<BlockListFile> {
  try {
    return await current(file);
  } catch (thrown) {
    const before = kept.get(file)?.good ?? null;
    if (before === null || !isHubgateError(thrown)) throw thrown;
    return before;
  }
}

/**
 * How it stands with the file as it is now: `stale` when it cannot be read and the list before holds.
 * `problem` names file and line.
 */
export async function blockListState(
  file: string,
): Promise<{ state: 'ok'; hashes: number } | { state: 'stale' | 'unreadable'; problem: string }> {
  try {
    const { keys, moduli } = await current(file);
    return { state: 'ok', hashes: keys.size + moduli.size };
  } catch (thrown) {
    if (!isHubgateError(thrown)) throw thrown;
    const stale = (kept.get(file)?.good ?? null) !== null;
    return { state: stale ? 'stale' : 'unreadable', problem: thrown.message };
  }
}

async function current(file: string): Promise<BlockListFile> {
  const stamp = await stampOf(file);
  const known = kept.get(file);
  if (known?.stamp === stamp) return known.loading;
  const entry: Kept = { stamp, loading: load(file), good: known?.good ?? null };
  kept.set(file, entry);
  // Whoever asks meanwhile waits for the same reading.
  const list = await entry.loading;
  entry.good = list;
  return list;
}

async function stampOf(file: string): Promise<string> {
  try {
    const { ctimeMs, mtimeMs, size, ino } = await stat(file);
    return `${ctimeMs}/${mtimeMs}/${size}/${ino}`;
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

async function load(file: string): Promise<BlockListFile> {
  const list: BlockListFile = { keys: fingerprintSet(), moduli: fingerprintSet() };
  let handle: FileHandle | null = null;
  try {
    handle = await open(file);
    if ((await handle.stat()).size > MAX_BYTES) {
      throw wrong(file, null, `is larger than ${MAX_BYTES / 1024 / 1024} MiB`);
    }
    await readLines(file, handle, list);
  } catch (thrown) {
    throw isHubgateError(thrown) ? thrown : unreadable(file, thrown);
  } finally {
    await handle?.close();
  }
  list.keys.settle();
  list.moduli.settle();
  return list;
}

/** By pieces of 64 KiB, between which the process does its other work. */
async function readLines(file: string, handle: FileHandle, list: BlockListFile): Promise<void> {
  let rest = '';
  let number = 0;
  const take = (line: string): void => {
    number += 1;
    if (!addLine(list, line)) {
      throw wrong(file, number, 'is no hash: 64 hex digits, or 20 or 40 for a modulus');
    }
  };
  for await (const piece of handle.createReadStream({ encoding: 'latin1', autoClose: false })) {
    const lines = (rest + String(piece)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_MAX) throw wrong(file, number + 1 + lines.length, 'is too long');
    lines.forEach(take);
  }
  if (rest !== '') take(rest);
}

/** False when it is neither a hash nor nothing. */
function addLine(list: BlockListFile, line: string): boolean {
  const text = line.replace(UTF8_MARK, '').replace(/#.*/, '').trim().toLowerCase();
  if (text === '') return true;
  if (/^[0-9a-f]{64}$/.test(text)) list.keys.add(text);
  else if (/^(?:[0-9a-f]{20}){1,2}$/.test(text)) list.moduli.add(text.slice(-20));
  else return false;
  return true;
}

function wrong(file: string, line: number | null, what: string): HubgateError {
  const place = line === null ? file : `${file}, line ${line}`;
  return new HubgateError('config.value', `${place} ${what}. It is named by requests.blocklist.`, {
    field: 'requests.blocklist',
    params: { key: 'requests.blocklist' },
  });
}

function unreadable(file: string, cause: unknown): HubgateError {
  const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
  return new HubgateError(
    'config.missing-file',
    `The list of compromised keys ${file} cannot be read (${why}). It is named by requests.blocklist; the portal's user must be able to read it.`,
    { field: 'requests.blocklist', params: { file }, cause },
  );
}
