import { type DerNode, derValue, oidText, readDer, TAG } from './der';
import { type OcspCertId, readCertId } from './ocsp-cert-id';
import { OID } from './oids';

/** One CertID takes some 80 octets; a signature with its certificates, which we ignore, a few thousand. */
export const OCSP_REQUEST_MAX_BYTES = 8 * 1024;
/** More certificates in one request than any client asks about. */
export const CERT_IDS_MAX = 20;
/** RFC 9654 section 2.1. */
const NONCE_MAX_OCTETS = 128;

/** A stranger's request, read. */
export type OcspRequest = {
  /** 1 to CERT_IDS_MAX, in the client's order. */
  readonly certIds: readonly OcspCertId[];
  readonly nonce: Uint8Array | null;
};

/**
 * Reads an OCSPRequest (RFC 6960 section 4.1). A signature is accepted and ignored: who asks changes
 * nothing about the answer.
 *
 * @throws {RangeError} when it is none, is too large, asks about too many certificates, has a nonce
 *   of another size than RFC 9654 allows, or a critical extension that we do not know
 */
export function parseOcspRequest(bytes: Uint8Array): OcspRequest {
  if (bytes.length > OCSP_REQUEST_MAX_BYTES) throw malformed();
  const root = readDer(bytes);
  const [tbs, signature, ...more] = root.children;
  if (root.tag !== TAG.sequence || tbs?.tag !== TAG.sequence || more.length > 0) throw malformed();
  if (signature !== undefined && signature.tag !== 0xa0) throw malformed();

  const fields = [...tbs.children];
  const optional = (tag: number): DerNode | undefined => {
    if (fields[0]?.tag !== tag) return undefined;
    const holder = fields.shift();
    if (holder?.children.length !== 1) throw malformed();
    return holder.children[0];
  };
  const version = optional(0xa0);
  // DER leaves out the default; some clients write v1 all the same.
  if (version !== undefined && (version.tag !== TAG.integer || version.content[0] !== 0)) throw malformed();
  optional(0xa1); // requestorName
  const list = fields.shift();
  const extensions = optional(0xa2);
  if (list?.tag !== TAG.sequence || fields.length > 0) throw malformed();
  if (list.children.length < 1 || list.children.length > CERT_IDS_MAX) throw malformed();
  return { certIds: list.children.map(readRequest), nonce: readNonce(extensions) };
}

function readRequest(node: DerNode): OcspCertId {
  const [certId, single, ...more] = node.children;
  if (node.tag !== TAG.sequence || more.length > 0) throw malformed();
  if (single !== undefined) {
    if (single.tag !== 0xa0 || single.children.length !== 1) throw malformed();
    readExtensions(single.children[0]);
  }
  return readCertId(certId);
}

function readNonce(extensions: DerNode | undefined): Uint8Array | null {
  const value = extensions === undefined ? undefined : readExtensions(extensions).get(OID.ocspNonce);
  if (value === undefined) return null;
  const nonce = readDer(value);
  const { length } = nonce.content;
  if (nonce.tag !== TAG.octetString || length < 1 || length > NONCE_MAX_OCTETS) throw malformed();
  return Uint8Array.from(nonce.content);
}

/** Extensions by OID, each at most once; a critical one that we do not know is refused. */
function readExtensions(node: DerNode | undefined): Map<string, Uint8Array> {
  if (node?.tag !== TAG.sequence) throw malformed();
  const found = new Map<string, Uint8Array>();
  for (const extension of node.children) {
    const [id, ...rest] = extension.children;
    const critical = rest[0]?.tag === TAG.boolean ? rest.shift() : undefined;
    const [value] = rest;
    if (extension.tag !== TAG.sequence || id?.tag !== TAG.oid) throw malformed();
    if (value?.tag !== TAG.octetString || rest.length !== 1) throw malformed();
    const name = oidText(id.content);
    if (found.has(name)) throw malformed();
    if (critical?.content[0] === 0xff && name !== OID.ocspNonce) throw malformed();
    found.set(name, value.content);
  }
  return found;
}

/** An OCSPRequest about these CertIDs, without extensions: what RFC 5019 clients send. */
export function encodeOcspRequest(...certIds: readonly Uint8Array[]): Uint8Array {
  const requests = certIds.map((certId) => derValue(TAG.sequence, certId));
  return derValue(TAG.sequence, derValue(TAG.sequence, derValue(TAG.sequence, ...requests)));
}

const malformed = (): RangeError => new RangeError('This is not an OCSP request.');
