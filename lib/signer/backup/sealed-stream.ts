import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

import { HubgateError } from '../../errors';
import { deriveByScrypt } from '../derive-by-scrypt';

/**
 * Encryption of a backup, by pieces, so that one of any size passes through little memory:
 *
 *     "HGBACKUP" | version 1 | log2(N) | r | p | salt (16 octets) | chunk | chunk | … | last chunk
 *
 * Key: scrypt (RFC 7914) over the passphrase and the salt, which is new for each file. Each chunk is
 * AES-256-GCM over at most 64 KiB, with the 28 octets of the header as associated data and as nonce its
 * number (11 octets) and a flag that is 1 in the last one alone: STREAM of Hoang, Reyhanitabar, Rogaway
 * and Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance" (CRYPTO 2015), as
 * age v1 uses it. So an edited, missing, repeated, reordered or appended chunk does not open, and a file
 * that was cut off lacks its last one.
 */
const MAGIC = Buffer.from('HGBACKUP', 'latin1');
const VERSION = 1;
const HEADER_BYTES = 28;
export const CHUNK_BYTES = 64 * 1024;
const TAG_BYTES = 16;

/** RFC 7914 section 2; 128 MiB and about half a second, for a file that may be attacked for years. */
export const BACKUP_SCRYPT = { log2N: 17, r: 8, p: 1 } as const;
type ScryptCost = { log2N: number; r: number; p: number };
/** A header that asks for more is a trap for memory, one that asks for less was not written here. */
const LEAST_LOG2N = 14;
const MOST_LOG2N = 20;

/**
 * @param source  plain bytes, in pieces of any size
 * @param cost    lower in tests
 * @returns the bytes of the file
 */
export async function* seal(
  source: AsyncIterable<Uint8Array>,
  passphrase: string,
  cost: ScryptCost = BACKUP_SCRYPT,
): AsyncGenerator<Buffer> {
  const salt = randomBytes(16);
  const header = Buffer.concat([MAGIC, Buffer.from([VERSION, cost.log2N, cost.r, cost.p]), salt]);
  const key = await keyOf(passphrase, salt, cost);
  try {
    yield header;
    let number = 0;
    for await (const { bytes, last } of pieces(source, CHUNK_BYTES)) {
      const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number, last));
      cipher.setAAD(header);
      yield Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
      number += 1;
    }
  } finally {
    key.fill(0);
  }
}

/**
 * The plain bytes again. Each piece is authentic when it comes; that nothing is missing is known only
 * when the generator ends, so keep nothing of it before.
 *
 * @param name how errors call the file
 * @throws {HubgateError} `ca.backup` when it is no backup, of a later version, damaged or cut off;
 *   `ca.passphrase` when the passphrase does not open it
 */
export async function* unseal(
  source: AsyncIterable<Uint8Array>,
  passphrase: string,
  name: string,
): AsyncGenerator<Buffer> {
  const rest = source[Symbol.asyncIterator]();
  const { header, surplus } = await readHeader(rest, name);
  const { salt, cost } = parseHeader(header, name);
  const key = await keyOf(passphrase, salt, cost);
  try {
    let number = 0;
    for await (const { bytes, last } of pieces(joined(surplus, rest), CHUNK_BYTES + TAG_BYTES)) {
      const plain = openChunk({ key, header, bytes, number, last });
      if (plain === null) throw unopened(number, name);
      // An empty last chunk behind others would be a second way to write the same file.
      if (plain.length === 0 && number > 0) throw damaged(name, 'its end is not as it was written');
      yield plain;
      number += 1;
    }
  } finally {
    key.fill(0);
    await rest.return?.();
  }
}

function openChunk(input: {
  key: Buffer;
  header: Buffer;
  bytes: Buffer;
  number: number;
  last: boolean;
}): Buffer | null {
  const { key, header, bytes, number, last } = input;
  if (bytes.length < TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(number, last));
  decipher.setAAD(header);
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const plain = decipher.update(bytes.subarray(0, -TAG_BYTES));
  try {
    decipher.final();
    return plain;
  } catch {
    return null;
  }
}

/** What does not open at the first chunk was most likely a wrong passphrase; later it cannot be. */
function unopened(number: number, name: string): HubgateError {
  if (number > 0) {
    return damaged(name, `it was changed or cut off after ${(number * CHUNK_BYTES) / 1024} KiB`);
  }
  return new HubgateError(
    'ca.passphrase',
    `This passphrase does not open ${name}, or the file was changed.`,
    { field: 'passphrase' },
  );
}

function nonceOf(number: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(number), 3);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

async function keyOf(passphrase: string, salt: Uint8Array, cost: ScryptCost): Promise<Buffer> {
  const { log2N, r, p } = cost;
  const N = 2 ** log2N;
  return deriveByScrypt(passphrase, salt, 32, { N, r, p, maxmem: 2 * 128 * N * r });
}

function parseHeader(header: Buffer, name: string): { salt: Buffer; cost: ScryptCost } {
  if (!header.subarray(0, 8).equals(MAGIC)) throw damaged(name, 'it is no backup of Hubgate');
  const at = (place: number): number => header[place] ?? 0;
  const [version, log2N, r, p] = [at(8), at(9), at(10), at(11)] as const;
  if (version !== VERSION) {
    throw damaged(name, `it is of version ${version}, and this Hubgate reads version ${VERSION}`);
  }
  if (log2N < LEAST_LOG2N || log2N > MOST_LOG2N || r !== 8 || p < 1 || p > 4) {
    throw damaged(name, 'its header asks for a key derivation that is never used here');
  }
  return { salt: header.subarray(12, HEADER_BYTES), cost: { log2N, r, p } };
}

async function readHeader(
  source: AsyncIterator<Uint8Array>,
  name: string,
): Promise<{ header: Buffer; surplus: Buffer }> {
  let held = Buffer.alloc(0);
  while (held.length < HEADER_BYTES) {
    const next = await source.next();
    if (next.done === true) throw damaged(name, 'it is no backup of Hubgate');
    held = Buffer.concat([held, next.value]);
  }
  return { header: held.subarray(0, HEADER_BYTES), surplus: held.subarray(HEADER_BYTES) };
}

async function* joined(head: Buffer, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** Pieces of exactly `size` octets, the last one shorter or as long; one, empty, of an empty source. */
async function* pieces(
  source: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<{ bytes: Buffer; last: boolean }> {
  let held: Uint8Array[] = [];
  let length = 0;
  for await (const part of source) {
    held.push(part);
    length += part.length;
    // One octet more must be there: only then is it known that a full piece is not the last.
    if (length <= size) continue;
    const all = Buffer.concat(held);
    let at = 0;
    for (; length - at > size; at += size) yield { bytes: all.subarray(at, at + size), last: false };
    held = [all.subarray(at)];
    length -= at;
  }
  yield { bytes: Buffer.concat(held), last: true };
}

const damaged = (name: string, why: string): HubgateError =>
  new HubgateError('ca.backup', `${name} cannot be used: ${why}.`, { params: { file: name } });
