import { type KeyObject, sign } from 'node:crypto';

import { concatBytes, type DerNode, derValue, readDer, TAG } from '../der';

/** Mutations of CSRs for fuzzing: of the bytes, and of the tree that they encode. */

/** A value of DER that can be taken apart and put together wrongly. */
export type Tree = {
  tag: number;
  /** Before the children, such as the count of unused bits; all of it when there are none. */
  content: Uint8Array;
  children: Tree[];
  /** Octets of the length beyond the shortest form, which DER forbids; -1: the indefinite form. */
  lengthFault: number;
};

/** Reads DER; bit and octet strings that hold DER themselves are opened, too. */
export function treeOf(bytes: Uint8Array): Tree {
  return fromNode(readDer(bytes));
}

function fromNode(node: DerNode): Tree {
  const tree: Tree = { tag: node.tag, content: new Uint8Array(), children: [], lengthFault: 0 };
  if ((node.tag & 0x20) !== 0) return { ...tree, children: node.children.map(fromNode) };
  const prefix = node.tag === TAG.bitString ? 1 : 0;
  if (prefix === 1 || node.tag === TAG.octetString) {
    try {
      const inner = fromNode(readDer(node.content.subarray(prefix)));
      return { ...tree, content: node.content.slice(0, prefix), children: [inner] };
    } catch {
      // No DER inside.
    }
  }
  return { ...tree, content: Uint8Array.from(node.content) };
}

export function bytesOf(tree: Tree): Uint8Array {
  const body = concatBytes([tree.content, ...tree.children.map(bytesOf)]);
  if (tree.lengthFault === 0) return derValue(tree.tag, body);
  if (tree.lengthFault < 0) return concatBytes([Uint8Array.of(tree.tag, 0x80), body, Uint8Array.of(0, 0)]);
  const octets = 2 + tree.lengthFault;
  const length = Uint8Array.from(
    { length: octets },
    (_, at) => (body.length / 256 ** (octets - 1 - at)) & 0xff,
  );
  return concatBytes([Uint8Array.of(tree.tag, 0x80 | octets), length, body]);
}

export const TREE_FAULTS = [
  'delete',
  'duplicate',
  'swap',
  'retag',
  'content',
  'flip',
  'graft',
  'wrap',
  'empty',
  'length',
  'indefinite',
  'number',
  'nest',
  'huge',
  'text',
] as const;

export type TreeFault = {
  kind: (typeof TREE_FAULTS)[number];
  /** Which node, and which other. */
  at: number;
  other: number;
  bytes: Uint8Array;
};

const TAGS = [...Object.values(TAG), 0x00, 0x0a, 0x1a, 0x1f, 0x80, 0x81, 0xa0, 0xa1, 0xff];
const NUMBERS = [
  '00',
  '01',
  '7f',
  '80',
  'ff',
  '0000',
  '0080',
  'ffff',
  '8000',
  '010001',
  '00ffffffff',
  '0100000001',
];
const TEXTS = [
  'alice',
  'bob',
  'root',
  '',
  'alice\n',
  'a\0b',
  '\u202egpj.exe',
  'ali\u200bce',
  'bob@example.org',
  'a@b@c',
  '*.example.org',
  'x'.repeat(70),
  "'; DROP TABLE Request; --",
  '../../etc/passwd',
  '%s%n',
];

/** Applies one fault to the tree, in place. The root stays. */
export function spoil(root: Tree, { kind, at, other, bytes }: TreeFault): void {
  const places = placesOf(root);
  const place = places[at % Math.max(1, places.length)];
  if (place === undefined) return;
  const { parent, index } = place;
  const node = parent.children[index];
  if (node === undefined) return;
  const leaf = (content: Uint8Array): void => void Object.assign(node, { content, children: [] });
  switch (kind) {
    case 'delete':
      return void parent.children.splice(index, 1);
    case 'duplicate':
      return void parent.children.splice(index, 0, structuredClone(node));
    case 'swap': {
      const second = other % parent.children.length;
      [parent.children[index], parent.children[second]] = [parent.children[second] ?? node, node];
      return;
    }
    case 'retag':
      node.tag = TAGS[other % TAGS.length] ?? 0;
      return;
    case 'content':
      return leaf(bytes);
    case 'flip':
      if (node.content.length > 0) {
        const octet = other % node.content.length;
        node.content[octet] = (node.content[octet] ?? 0) ^ (1 << (other & 7));
      }
      return;
    case 'graft': {
      const from = places[other % places.length];
      const graft = from?.parent.children[from.index];
      if (graft !== undefined) parent.children[index] = structuredClone(graft);
      return;
    }
    case 'wrap':
      parent.children[index] = {
        tag: TAG.sequence,
        content: new Uint8Array(),
        children: [node],
        lengthFault: 0,
      };
      return;
    case 'empty':
      return leaf(new Uint8Array());
    case 'length':
      node.lengthFault = 1 + (other % 3);
      return;
    case 'indefinite':
      node.lengthFault = -1;
      return;
    case 'number':
      return leaf(Buffer.from(NUMBERS[other % NUMBERS.length] ?? '', 'hex'));
    case 'nest': {
      let nested = node;
      for (let depth = other % 40; depth > 0; depth--) {
        nested = { tag: TAG.sequence, content: new Uint8Array(), children: [nested], lengthFault: 0 };
      }
      parent.children[index] = nested;
      return;
    }
    case 'huge':
      return leaf(new Uint8Array(other % 8000).fill(bytes[0] ?? 0x7f));
    case 'text':
      return leaf(new TextEncoder().encode(TEXTS[other % TEXTS.length]));
  }
}

/** Every node but the root, by its parent. */
function placesOf(root: Tree): { parent: Tree; index: number }[] {
  return root.children.flatMap((child, index) => [{ parent: root, index }, ...placesOf(child)]);
}

/** A CSR to begin with, and what signs it again after its tree was spoilt. */
export type Seed = { der: Uint8Array; privateKey: KeyObject; sign: (data: Uint8Array) => Uint8Array };

export function seedOf(
  der: Uint8Array,
  privateKey: KeyObject,
  options: { padding?: number; saltLength?: number } = {},
): Seed {
  const digest = privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  return { der, privateKey, sign: (data) => sign(digest, data, { key: privateKey, ...options }) };
}

/**
 * Spoils what a CSR says, then signs it again with its own key, so that it gets past the signature.
 *
 * @param resign false leaves the old signature, of what it said before
 */
export function spoiltCsr(seed: Seed, faults: readonly TreeFault[], resign: boolean): Uint8Array {
  const root = treeOf(seed.der);
  const [info] = root.children;
  if (info === undefined) throw new RangeError('This is no CSR.');
  for (const fault of faults) spoil(resign ? info : root, fault);
  if (!resign) return bytesOf(root);
  const said = bytesOf(info);
  const [, algorithm] = root.children;
  const signature = derValue(TAG.bitString, Uint8Array.of(0), seed.sign(said));
  return derValue(TAG.sequence, said, algorithm === undefined ? said : bytesOf(algorithm), signature);
}

export type ByteFault = { at: number; by: Uint8Array; remove: number };

/** Flips (as many in as out), insertions and deletions at any place; `cut` keeps the beginning alone. */
export function spoilBytes(bytes: Uint8Array, faults: readonly ByteFault[], cut: number | null): Uint8Array {
  const spoilt = faults.reduce((current, { at, by, remove }) => {
    const place = at % (current.length + 1);
    return concatBytes([current.subarray(0, place), by, current.subarray(place + remove)]);
  }, bytes);
  return cut === null ? spoilt : spoilt.subarray(0, cut % (spoilt.length + 1));
}
