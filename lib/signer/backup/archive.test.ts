import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';

import fc from 'fast-check';
import { expect, it } from 'vitest';

import { packArchive, unpackArchive, type Manifest } from './archive';

const FILES: Record<string, Buffer> = {
  'signer/signing-ca.key': Buffer.from('a key'),
  'signer/former/ab.pem': Buffer.alloc(0),
  'portal/portal.db': Buffer.alloc(300_000, 7),
};
const manifest = (files = FILES): Manifest => ({
  version: 1,
  createdAt: '2026-11-25T20:00:00.000Z',
  hubgate: '0.1.0',
  site: 'https://hubs.example.org',
  database: 'sqlite',
  counts: { journal: { certificates: 3 }, portal: { Certificate: 2 } },
  entries: Object.entries(files).map(([path, bytes]) => ({
    path,
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    mode: 0o600,
  })),
});
const content = (path: string): Readable => Readable.from([FILES[path] ?? Buffer.alloc(0)]);
async function packed(of: Manifest = manifest()): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of packArchive(of, ({ path }) => content(path))) parts.push(part);
  return Buffer.concat(parts);
}
async function unpacked(bytes: Uint8Array): Promise<{ manifest: Manifest; files: Record<string, Buffer> }> {
  const files: Record<string, Buffer> = {};
  const source = Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += 5000) yield bytes.subarray(at, at + 5000);
    })(),
  );
  const read = await unpackArchive(source, 'x', async ({ path }, parts) => {
    const all: Buffer[] = [];
    for await (const part of parts) all.push(part);
    files[path] = Buffer.concat(all);
  });
  return { manifest: read, files };
}

it('gives back what went in', async () => {
  const back = await unpacked(await packed());
  expect(back.manifest).toEqual(manifest());
  expect(Object.keys(back.files)).toEqual(Object.keys(FILES));
  for (const [path, bytes] of Object.entries(FILES)) expect(back.files[path]?.equals(bytes), path).toBe(true);
});

it('skips what nobody reads, and still checks it', async () => {
  const bytes = await packed();
  const skip = (file: Buffer): Promise<Manifest> =>
    unpackArchive(Readable.from([file]), 'x', async () => undefined);
  await expect(skip(bytes)).resolves.toEqual(manifest());
  const bad = Buffer.from(bytes);
  bad[bad.length - 1] = 8;
  await expect(skip(bad)).rejects.toThrow('portal/portal.db in it is not what was written');
});

it('refuses what is cut off, too long or of another version', async () => {
  const bytes = await packed();
  for (const end of [0, 3, 4, 100, bytes.length - 1]) {
    await expect(unpacked(bytes.subarray(0, end)), String(end)).rejects.toMatchObject({ code: 'ca.backup' });
  }
  await expect(unpacked(Buffer.concat([bytes, Buffer.from([0])]))).rejects.toThrow('something follows');
  const later = Buffer.from(bytes.toString('latin1').replace('"version":1', '"version":2'), 'latin1');
  await expect(unpacked(later)).rejects.toThrow('another version');
});

it.each([
  'signer/../x',
  'signer/..',
  '/etc/passwd',
  'other/x',
  'signer',
  'signer/a b',
  'signer/./x',
  'signer//x',
])('refuses the path %s, in and out', async (path) => {
  await expect(packed(manifest({ [path]: Buffer.alloc(0) }))).rejects.toThrow();
  const good = await packed(manifest({ 'signer/policy.json': Buffer.alloc(0) }));
  const length = good.readUInt32BE();
  const text = good
    .subarray(4, 4 + length)
    .toString()
    .replace('signer/policy.json', path);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(Buffer.byteLength(text));
  await expect(unpacked(Buffer.concat([head, Buffer.from(text)]))).rejects.toMatchObject({
    code: 'ca.backup',
  });
});

it('a file that grows meanwhile is no backup', async () => {
  const grown = packArchive(manifest(), ({ path }) => Readable.from([FILES[path] ?? '', Buffer.from('x')]));
  await expect(
    (async () => {
      for await (const part of grown) void part;
    })(),
  ).rejects.toThrow('changed while it was being copied');
});

it('whatever the bytes, it ends with a refusal', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (bytes) => {
      await expect(unpacked(bytes)).rejects.toMatchObject({ code: 'ca.backup' });
    }),
  );
});
