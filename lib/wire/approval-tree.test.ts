import { createHash } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { approvalTree, rootByPath } from './approval-tree';

const sha256 = (...parts: Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** RFC 9162 section 2.1.1, word for word. */
function mth(entries: readonly Uint8Array[]): Buffer {
  const [only] = entries;
  if (only === undefined) throw new RangeError('empty');
  if (entries.length === 1) return sha256(Uint8Array.of(0), only);
  let k = 1;
  while (k * 2 < entries.length) k *= 2;
  return sha256(Uint8Array.of(1), mth(entries.slice(0, k)), mth(entries.slice(k)));
}

const digest = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));
const digests = fc.uniqueArray(digest, { minLength: 1, maxLength: 70 });
const bytesOf = (hex: string): Buffer => Buffer.from(hex, 'hex');

describe('a tree of approvals', () => {
  it('is the one of RFC 9162', () => {
    fc.assert(
      fc.property(digests, (leaves) => {
        expect(approvalTree(leaves).root).toEqual(mth(leaves.map(bytesOf)));
      }),
    );
  });

  it('leads from every leaf to its root', () => {
    fc.assert(
      fc.property(digests, (leaves) => {
        const { root, paths } = approvalTree(leaves);
        for (const [index, leaf] of leaves.entries()) {
          const path = paths[index] as Buffer;
          expect(rootByPath({ digest: leaf, index, size: leaves.length, path })).toEqual(root);
        }
      }),
    );
  });

  it('leads nowhere else from another digest, place or path', () => {
    fc.assert(
      fc.property(digests, digest, fc.nat(), fc.nat(80), fc.nat(), (leaves, other, which, index, bit) => {
        const { root, paths } = approvalTree(leaves);
        const at = which % leaves.length;
        const leaf = leaves[at] as string;
        const path = paths[at] as Buffer;
        fc.pre(!leaves.includes(other));
        const right = { digest: leaf, index: at, size: leaves.length, path };
        expect(rootByPath({ ...right, digest: other })).not.toEqual(root);
        if (index !== at) expect(rootByPath({ ...right, index })).not.toEqual(root);
        if (path.length > 0) {
          const bent = Buffer.from(path);
          const octet = (bit >> 3) % bent.length;
          bent.writeUInt8(bent.readUInt8(octet) ^ (1 << (bit & 7)), octet);
          expect(rootByPath({ ...right, path: bent })).not.toEqual(root);
          expect(rootByPath({ ...right, path: path.subarray(32) })).not.toEqual(root);
        }
        expect(rootByPath({ ...right, path: Buffer.concat([path, bytesOf(other)]) })).not.toEqual(root);
      }),
    );
  });

  it('takes no node for a leaf', () => {
    fc.assert(
      fc.property(fc.uniqueArray(digest, { minLength: 3, maxLength: 40 }), (leaves) => {
        const { root, paths } = approvalTree(leaves);
        const first = leaves[0] as string;
        const path = paths[0] as Buffer;
        // The node above the first leaf, given out as a leaf of a tree half as deep.
        const node = sha256(Uint8Array.of(1), sha256(Uint8Array.of(0), bytesOf(first)), path.subarray(0, 32));
        const claim = { digest: node.toString('hex'), index: 0, path: path.subarray(32) };
        for (let size = 1; size <= leaves.length; size += 1) {
          expect(rootByPath({ ...claim, size })).not.toEqual(root);
        }
      }),
    );
  });

  it('has at least one leaf, and only digests', () => {
    expect(() => approvalTree([])).toThrow(RangeError);
    expect(() => approvalTree(['ab'])).toThrow(RangeError);
  });
});
