import type { CsrSignature } from './csr-signature';
import { type DerNode, oidText, TAG } from './der';

type Hash = {
  readonly name: string;
  readonly digest: 'sha256' | 'sha384' | 'sha512';
  readonly octets: number;
};

const HASHES: ReadonlyMap<string, Hash> = new Map([
  ['2.16.840.1.101.3.4.2.1', { name: 'SHA-256', digest: 'sha256', octets: 32 }],
  ['2.16.840.1.101.3.4.2.2', { name: 'SHA-384', digest: 'sha384', octets: 48 }],
  ['2.16.840.1.101.3.4.2.3', { name: 'SHA-512', digest: 'sha512', octets: 64 }],
]);
const MGF1 = '1.2.840.113549.1.1.8';

/**
 * RSASSA-PSS-params (RFC 4055 section 3.1) as the Baseline Requirements allow them (section 7.1.3.2.1):
 * one hash for message and mask, SHA-256 or better, a salt as long as the hash. Every field has a
 * default (SHA-1, 20 octets) that is not accepted, so all three must be there; the fourth, the
 * trailer, is the default and must be absent in DER.
 *
 * @returns null when they are anything else
 */
export function readPssParameters(parameters: DerNode): CsrSignature | null {
  const [hashField, maskField, saltField] = parameters.children;
  if (parameters.tag !== TAG.sequence || parameters.children.length !== 3) return null;
  const hash = readHash(inside(hashField, 0xa0));
  const mask = inside(maskField, 0xa1);
  const salt = inside(saltField, 0xa2);
  if (hash === null || salt?.tag !== TAG.integer) return null;
  if (salt.content.length !== 1 || salt.content[0] !== hash.octets) return null;
  const [generator, maskHash] = mask?.children ?? [];
  if (mask?.tag !== TAG.sequence || mask.children.length !== 2) return null;
  if (generator?.tag !== TAG.oid || oidText(generator.content) !== MGF1) return null;
  if (readHash(maskHash) !== hash) return null;
  return {
    name: `${hash.name} with RSA-PSS`,
    keyType: 'rsa',
    digest: hash.digest,
    pssSaltOctets: hash.octets,
  };
}

/** What an explicitly tagged field holds. */
function inside(field: DerNode | undefined, tag: number): DerNode | undefined {
  return field?.tag === tag && field.children.length === 1 ? field.children[0] : undefined;
}

/** RFC 4055 section 2.1: parameters NULL or absent. */
function readHash(algorithm: DerNode | undefined): Hash | null {
  const [oid, parameters] = algorithm?.children ?? [];
  if (algorithm?.tag !== TAG.sequence || algorithm.children.length > 2 || oid?.tag !== TAG.oid) return null;
  if (parameters !== undefined && parameters.tag !== TAG.null) return null;
  return HASHES.get(oidText(oid.content)) ?? null;
}
