import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { HubgateError } from '../errors';
import { parseCertificate, type CertificateInfo } from '../x509/certificate';
import { readSpki } from '../x509/key-info';
import { signatureAlgorithmFor, type SignatureAlgorithm } from '../x509/signature-algorithm';
import { caKeyId } from '../x509/key-id';
import { readPointers, readPolicy, type SignerPolicy } from './policy';

/** The signer's own files, by their fixed names in its folder (0700). */
export type SignerFiles = {
  journal: string;
  rootKey: string;
  signingKey: string;
  rootCa: string;
  signingCa: string;
  rootCrl: string;
  policy: string;
  /** Whose passkeys count: lib/signer/approvers.ts. */
  approvers: string;
  /** Signs seals of the portal's audit chain; Ed25519, not encrypted: it must work while the CA's key is locked. */
  auditKey: string;
  /** Key and certificate of the responder that answers for this CA. */
  responder: (caKeyId: string) => string;
  /** What there is of each signing CA once there was more than one: `<key id>.pem`, `.key`, `.json`. */
  cas: string;
  /** Where backups lie unless another place is named. */
  backups: string;
  /** Evaluation only: the passphrase beside the key, so that nothing has to be typed. */
  evaluationPassphrase: string;
};

export function signerFiles(dir: string): SignerFiles {
  return {
    journal: join(dir, 'journal.db'),
    rootKey: join(dir, 'root-ca.key'),
    signingKey: join(dir, 'signing-ca.key'),
    rootCa: join(dir, 'root-ca.pem'),
    signingCa: join(dir, 'signing-ca.pem'),
    rootCrl: join(dir, 'root-ca.crl'),
    policy: join(dir, 'policy.json'),
    approvers: join(dir, 'approvers.json'),
    auditKey: join(dir, 'audit.key'),
    responder: (caKeyId) => join(dir, `ocsp-${caKeyId}.pem`),
    cas: join(dir, 'cas'),
    backups: join(dir, 'backups'),
    evaluationPassphrase: join(dir, 'evaluation-passphrase'),
  };
}

/** Everything about the CA that is not secret. */
export type Ca = {
  root: CertificateInfo;
  signing: CertificateInfo;
  /** Subject key identifier of the signing CA: 40 hex digits. */
  keyId: string;
  algorithm: SignatureAlgorithm;
  policy: SignerPolicy;
  /** SHA-256 of the keys of former signing CAs: never certified again either. */
  otherKeys: readonly string[];
};

/**
 * Reads the CA's public files and rules; null when the ceremony has not been held yet.
 *
 * @throws {HubgateError} `ca.file` when a file is missing beside the others, or damaged
 */
export function readCa(files: SignerFiles): Ca | null {
  if (!existsSync(files.signingCa)) return null;
  const root = certificate(files.rootCa);
  const signing = certificate(files.signingCa);
  const keyId = caKeyId(signing);
  const policy = readPolicy(files.policy);
  const own = caFiles(files, keyId).pointers;
  return {
    root,
    signing,
    keyId,
    algorithm: signatureAlgorithmFor(readSpki(signing.spki)),
    policy: existsSync(own) ? { ...policy, pointers: { ...policy.pointers, ...readPointers(own) } } : policy,
    otherKeys: [],
  };
}

/** What belongs to one signing CA, by the id of its key. `pointers` are the addresses of its own. */
export function caFiles(
  files: SignerFiles,
  keyId: string,
): { certificate: string; key: string; pointers: string } {
  const at = (end: string): string => join(files.cas, `${keyId}.${end}`);
  return { certificate: at('pem'), key: at('key'), pointers: at('json') };
}

/**
 * Where the encrypted key of a CA lies: in its own file since there is a second CA, or where the
 * ceremony put it. A root that signed people itself keeps its key as the root's.
 */
export function keyFileOf(files: SignerFiles, keyId: string, root: CertificateInfo): string {
  const { key } = caFiles(files, keyId);
  if (existsSync(key)) return key;
  return keyId === caKeyId(root) ? files.rootKey : files.signingKey;
}

/** The root's revocation list, DER; null when there is none. */
export function readRootCrl(files: SignerFiles): Uint8Array | null {
  return existsSync(files.rootCrl) ? readFileSync(files.rootCrl) : null;
}

function certificate(file: string): CertificateInfo {
  try {
    return parseCertificate(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new HubgateError('ca.file', `${file} is missing or is not a certificate. Restore it.`, {
      params: { file },
      cause,
    });
  }
}

/**
 * Writes a file so that after a crash it is whole or absent: a new file beside it, fsync, rename,
 * fsync of the folder.
 */
export function writeDurably(file: string, content: string | Uint8Array, mode: number): void {
  const fresh = `${file}.new`;
  const descriptor = openSync(fresh, 'w', mode);
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(fresh, file);
  const folder = openSync(dirname(file), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
