import { hash } from 'node:crypto';

/**
 * Several approvals under one touch: a Merkle tree as in RFC 9162 section 2.1, over the digests of what
 * is approved. The touch signs the root; each order carries the path from its own digest to it, so that
 * it proves itself without the others.
 */

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);
const HASH_BYTES = 32;

/** RFC 9162 section 2.1.1: different prefixes, so that a node can never be taken for a leaf. */
const sha256 = (...parts: Uint8Array[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer');
const leafHash = (digest: Uint8Array): Buffer => sha256(LEAF, digest);
const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer => sha256(NODE, left, right);

/**
 * The root over these digests, and the path of each (RFC 9162 section 2.1.3.1: the leaf's sibling
 * first), its hashes one behind the other.
 *
 * @param digests lower-case hex, in the order of the leaves; at least one
 */
export function approvalTree(digests: readonly string[]): { root: Buffer; paths: Buffer[] } {
  if (digests.length === 0) throw new RangeError('a tree has at least one leaf');
  const siblings: Buffer[][] = digests.map(() => []);
  let level = digests.map((digest) => leafHash(bytesOf(digest)));
  // Pairing neighbours, and moving an odd one up as it is, gives the tree of section 2.1.1.
  for (let depth = 0; level.length > 1; depth += 1) {
    const below = level;
    for (const [leaf, path] of siblings.entries()) {
      const sibling = below[(leaf >> depth) ^ 1];
      if (sibling !== undefined) path.push(sibling);
    }
    level = [];
    for (let at = 0; at < below.length; at += 2) {
      const [left, right] = [below[at] as Buffer, below[at + 1]];
      level.push(right === undefined ? left : nodeHash(left, right));
    }
  }
  return { root: level[0] as Buffer, paths: siblings.map((path) => Buffer.concat(path)) };
}

/**
 * The root that a digest leads to by its path: RFC 9162 section 2.1.3.2.
 *
 * @returns null when path, index and size do not fit one another
 */
export function rootByPath(input: {
  digest: string;
  index: number;
  size: number;
  path: Uint8Array;
}): Buffer | null {
  const { digest, index, size, path } = input;
  if (index < 0 || index >= size || path.length % HASH_BYTES !== 0) return null;
  let fn = index;
  let sn = size - 1;
  let root = leafHash(bytesOf(digest));
  for (let at = 0; at < path.length; at += HASH_BYTES) {
    if (sn === 0) return null;
    const sibling = path.subarray(at, at + HASH_BYTES);
    if (fn % 2 === 1 || fn === sn) {
      root = nodeHash(sibling, root);
      while (fn % 2 === 0 && fn !== 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else root = nodeHash(root, sibling);
    fn >>= 1;
    sn >>= 1;
  }
  return sn === 0 ? root : null;
}

function bytesOf(digest: string): Buffer {
  const bytes = Buffer.from(digest, 'hex');
  if (bytes.length !== HASH_BYTES) throw new RangeError('a digest is 64 hex digits');
  return bytes;
}
