import { createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, unlinkSync } from 'node:fs';

import { HubgateError } from '../errors';
import type { SignerCall } from '../wire/messages';
import { certificateRights } from '../x509/ca-rights';
import { isIssuedBy, parseCertificate, type CertificateInfo } from '../x509/certificate';
import { sameBytes } from '../x509/der';
import { keyId, spkiSha256 } from '../x509/key-id';
import { readSpki } from '../x509/key-info';
import { signatureAlgorithmFor } from '../x509/signature-algorithm';
import { caFiles, keyFileOf, writeDurably, type Ca, type SignerFiles } from './ca-files';
import type { Journal } from './journal';
import { decryptKey } from './key-file';

export type RollOverInput = Extract<SignerCall, { method: 'rollover' }>['params'];

/** Less would end before anybody's certificate does. */
const LEAST_DAYS = 30;
const DAY_MS = 86_400_000;

/**
 * Puts another signing CA in the place of the present one, on disk and in the journal. Who sends it
 * is an operator, yet everything is checked here: under the same root, a name and a key of its own, a
 * key file that opens and is its.
 *
 * The switch is one rename, that of signing-ca.pem; all that belongs to a CA lies in files with its
 * key's id in their names. A crash before it leaves the present CA as it was, a crash after it leaves
 * the new one complete, and what is left to do is done at the next start.
 *
 * @returns the key, open
 * @throws {HubgateError} `ca.file` when the certificate is not what it must be, `ca.passphrase`
 */
export async function adoptSigningCa(input: {
  files: SignerFiles;
  journal: Journal;
  ca: Ca;
  rollOver: RollOverInput;
  now: Date;
}): Promise<KeyObject> {
  const { files, journal, ca, rollOver, now } = input;
  const signing = parseCertificate(Buffer.from(rollOver.signingCa, 'base64'));
  requireSuccessor(signing, ca, journal, now);
  const key = await decryptKey(rollOver.key, rollOver.passphrase, 'the new key');
  if (spkiSha256(createPublicKey(key).export({ format: 'der', type: 'spki' })) !== signing.spkiSha256) {
    throw refused('its key is another one than its certificate names');
  }

  mkdirSync(files.cas, { recursive: true, mode: 0o700 });
  const before = caFiles(files, ca.keyId);
  const presentKey = readFileSync(keyFileOf(files, ca.keyId, ca.root), 'utf8');
  if (!existsSync(before.key)) writeDurably(before.key, presentKey, 0o600);
  writeDurably(before.certificate, ca.signing.pem, 0o644);
  const after = caFiles(files, keyId(signing.spki));
  writeDurably(after.key, rollOver.key, 0o600);
  writeDurably(after.pointers, `${JSON.stringify(rollOver.pointers, null, 2)}\n`, 0o600);
  writeDurably(after.certificate, signing.pem, 0o644);
  writeDurably(files.signingCa, signing.pem, 0o644);

  journal.recordCa({ keyId: keyId(signing.spki), der: signing.der, state: 'active' }, now);
  journal.note(`rolled over from ${ca.keyId} to ${keyId(signing.spki)}`, now);
  forgetFirstPlace(files, before.key);
  return key;
}

/** The first CA's key lay elsewhere; one copy is enough, and two would be unlocked by two passphrases. */
export function forgetFirstPlace(files: SignerFiles, movedTo: string): void {
  if (!existsSync(files.signingKey) || !existsSync(movedTo)) return;
  const same = readFileSync(files.signingKey, 'utf8') === readFileSync(movedTo, 'utf8');
  if (same) unlinkSync(files.signingKey);
}

function requireSuccessor(signing: CertificateInfo, ca: Ca, journal: Journal, now: Date): void {
  if (!isIssuedBy(signing, ca.root)) throw refused('the root of this CA did not issue it');
  const rights = certificateRights(signing.der);
  if (!rights.isCa || rights.pathLength !== 0) {
    throw refused('it must be a CA that allows no CA below it (path length 0)');
  }
  if (rights.keyUsage === null || !rights.keyUsage.keyCertSign || !rights.keyUsage.cRLSign) {
    throw refused('its key usage must be to sign certificates and revocation lists');
  }
  if (signing.notBefore > now || signing.notAfter.getTime() < now.getTime() + LEAST_DAYS * DAY_MS) {
    throw refused(`it must be valid now and for ${LEAST_DAYS} days at least`);
  }
  signatureAlgorithmFor(readSpki(signing.spki));
  if (signing.subjectKeyId !== keyId(signing.spki))
    throw refused('its key identifier is not that of its key');
  // A name of its own: verifiers that look for an issuer or a list by name alone must not find the other.
  const others = [ca.root, ...journal.cas().map(({ der }) => parseCertificate(der))];
  for (const other of others) {
    if (other.spkiSha256 === signing.spkiSha256) throw refused(`its key is that of ${other.subject}`);
    if (sameBytes(other.subjectDer, signing.subjectDer)) {
      throw refused(`${other.subject} is the name of a CA that is known here`);
    }
  }
}

function refused(why: string): HubgateError {
  return new HubgateError('ca.file', `This signing CA is not taken: ${why}. Nothing was changed.`, {
    params: { file: 'signing-ca.pem' },
  });
}
