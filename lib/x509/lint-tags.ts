import { type DerNode, TAG } from './der';

/** Everything that certificates and CRLs of ours hold. */
const UNIVERSAL: ReadonlySet<number> = new Set([
  TAG.boolean,
  TAG.integer,
  TAG.bitString,
  TAG.octetString,
  TAG.null,
  TAG.oid,
  0x0a, // ENUMERATED: a CRL's reason codes
  TAG.utf8String,
  TAG.printableString,
  TAG.ia5String,
  TAG.utcTime,
  TAG.generalizedTime,
  TAG.sequence,
  TAG.set,
]);

// [0] and [3] of the TBS; [0] key identifier, [1] e-mail, [2] DNS, [6] URL, [7] address; [0] around names.
const CONTEXT: ReadonlySet<number> = new Set([0xa0, 0xa3, 0x80, 0x81, 0x82, 0x86, 0x87]);

/**
 * One finding when a tag is not of those that we write. The reading library takes a value by its place and does
 * not look at every tag: a SEQUENCE marked as context-specific would pass it (seen with 0xb0).
 */
export function findTagFault(node: DerNode): string[] {
  if (!UNIVERSAL.has(node.tag) && !CONTEXT.has(node.tag))
    return [`It holds the tag 0x${node.tag.toString(16)}.`];
  for (const child of node.children) {
    const fault = findTagFault(child);
    if (fault.length > 0) return fault;
  }
  return [];
}
