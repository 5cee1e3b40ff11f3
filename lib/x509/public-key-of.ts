import { HubgateError } from '../errors';
import { type DerNode, readDer, TAG } from './der';
import { pemBlocks, decodeBase64 } from './pem';

/** Labels of what has a public key in it. */
const LABELS = /^(?:(?:NEW )?CERTIFICATE REQUEST|CERTIFICATE|PUBLIC KEY)$/;

/**
 * The SubjectPublicKeyInfo in a CSR, a certificate or a public key, PEM or DER. Reads the frame alone:
 * the key of a file that intake would refuse can still be named.
 *
 * @throws {HubgateError} `csr.private-key` for a private key; `csr.malformed` when there is no key in it
 */
export function publicKeyOf(bytes: Uint8Array): Uint8Array {
  const text = new TextDecoder('latin1').decode(bytes);
  if (/-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY/.test(text)) {
    throw new HubgateError(
      'csr.private-key',
      'This is a private key. Name its public half: openssl pkey -in FILE -pubout.',
      { field: 'file' },
    );
  }
  try {
    const block = pemBlocks(text).find(({ label }) => LABELS.test(label));
    const root = readDer(block === undefined ? bytes : decodeBase64(block.body));
    const spki = [root, ...fieldsOf(root)].find(isSpki);
    if (spki !== undefined) return spki.bytes;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
  }
  throw new HubgateError(
    'csr.malformed',
    'This is no CSR, certificate or public key. Name such a file, PEM or DER, or the SHA-256 of the key.',
    { field: 'file' },
  );
}

/** What a CSR (RFC 2986 section 4) or a certificate (RFC 5280 section 4.1) signs, part by part. */
function fieldsOf(root: DerNode): readonly DerNode[] {
  const [signed] = root.children;
  return root.children.length === 3 && signed?.tag === TAG.sequence ? signed.children : [];
}

/** SEQUENCE { SEQUENCE { OID, … }, BIT STRING } */
function isSpki(node: DerNode): boolean {
  const [algorithm, key] = node.children;
  return (
    node.tag === TAG.sequence &&
    node.children.length === 2 &&
    algorithm?.tag === TAG.sequence &&
    algorithm.children[0]?.tag === TAG.oid &&
    key?.tag === TAG.bitString
  );
}
