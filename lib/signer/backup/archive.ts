import { createHash } from 'node:crypto';

import * as z from 'zod';

import { HubgateError } from '../../errors';

/**
 * What is inside a backup: a manifest (4 octets of length, JSON), then the files that it lists, one
 * behind the other. The manifest comes first, so that one knows what a backup is before unpacking it.
 */

/** Which folder a file belongs to; the rest is its name inside, without dots that lead elsewhere. */
const EntryPath = z
  .string()
  .regex(/^(?:signer|state|portal|config)(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+){1,4}$/);

const Counts = z.record(z.string().max(64), z.int().min(0));

export const Manifest = z.strictObject({
  version: z.literal(1),
  createdAt: z.iso.datetime(),
  /** Of the Hubgate that wrote it, and whose it is: for people who find the file. */
  hubgate: z.string().max(32),
  site: z.string().max(256),
  database: z.enum(['sqlite', 'postgresql']),
  /** Rows of each table, as they were copied. */
  counts: z.strictObject({ journal: Counts, portal: Counts }),
  entries: z
    .array(
      z.strictObject({
        path: EntryPath,
        size: z.int().min(0),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
        mode: z.int().min(0).max(0o777),
      }),
    )
    .max(10_000),
});
export type Manifest = z.infer<typeof Manifest>;
export type ArchiveEntry = Manifest['entries'][number];

const MANIFEST_MAX_BYTES = 4 * 1024 * 1024;

/**
 * The bytes of an archive.
 *
 * @param read the content of an entry; exactly as long as the manifest says, or it throws
 */
export async function* packArchive(
  manifest: Manifest,
  read: (entry: ArchiveEntry) => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const text = Buffer.from(JSON.stringify(Manifest.parse(manifest)));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  yield Buffer.concat([length, text]);
  for (const entry of manifest.entries) {
    let bytes = 0;
    for await (const part of read(entry)) {
      bytes += part.length;
      yield part;
    }
    // It was measured a moment ago: somebody writes to it, and half of it is not a backup.
    if (bytes !== entry.size) throw changed(entry.path);
  }
}

/**
 * Takes an archive apart and holds every file against the manifest's digest.
 *
 * @param take  gets each file in turn and must read it to its end, or not at all; what it gets is
 *   whole only when this function has returned
 * @throws {HubgateError} `ca.backup` when it is not what it must be; whatever `source` throws
 */
export async function unpackArchive(
  source: AsyncIterable<Uint8Array>,
  name: string,
  take: (entry: ArchiveEntry, content: AsyncIterable<Buffer>, manifest: Manifest) => Promise<void>,
): Promise<Manifest> {
  const reader = byteReader(source, name);
  const length = (await reader.take(4)).readUInt32BE();
  if (length > MANIFEST_MAX_BYTES) throw damaged(name, 'its list of contents is too long');
  const manifest = parseManifest(await reader.take(length), name);
  for (const entry of manifest.entries) {
    const hash = createHash('sha256');
    const content = (async function* () {
      for await (const part of reader.stream(entry.size)) {
        hash.update(part);
        yield part;
      }
    })();
    await take(entry, content, manifest);
    for await (const left of content) void left; // what `take` did not want
    if (hash.digest('hex') !== entry.sha256) {
      throw damaged(name, `${entry.path} in it is not what was written`);
    }
  }
  await reader.end();
  return manifest;
}

function parseManifest(bytes: Buffer, name: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw damaged(name, 'its list of contents cannot be read', cause);
  }
  const parsed = Manifest.safeParse(value);
  if (parsed.success) return parsed.data;
  throw damaged(name, 'its list of contents is of another version', parsed.error);
}

function byteReader(source: AsyncIterable<Uint8Array>, name: string) {
  const parts = source[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);

  async function more(): Promise<boolean> {
    const next = await parts.next();
    if (next.done === true) return false;
    held = held.length === 0 ? Buffer.from(next.value) : Buffer.concat([held, next.value]);
    return true;
  }
  async function* stream(length: number): AsyncGenerator<Buffer> {
    let left = length;
    while (left > 0) {
      if (held.length === 0 && !(await more())) throw damaged(name, 'it ends too early');
      const part = held.subarray(0, left);
      held = held.subarray(part.length);
      left -= part.length;
      if (part.length > 0) yield part;
    }
  }
  return {
    stream,
    async take(length: number): Promise<Buffer> {
      const all: Buffer[] = [];
      for await (const part of stream(length)) all.push(part);
      return Buffer.concat(all);
    },
    /** Nothing may follow; asking for it also makes an encrypted source prove that it is whole. */
    async end(): Promise<void> {
      while (held.length === 0) if (!(await more())) return;
      throw damaged(name, 'something follows its end');
    },
  };
}

function changed(path: string): HubgateError {
  return new HubgateError(
    'ca.backup',
    `${path} changed while it was being copied. Nothing was kept: make the backup again.`,
    { params: { file: path } },
  );
}

function damaged(name: string, why: string, cause?: unknown): HubgateError {
  return new HubgateError('ca.backup', `${name} cannot be used: ${why}.`, { params: { file: name }, cause });
}
