import type { CertificateInfo } from '../x509/certificate';
import type { SignerFiles } from './ca-files';
import { makeCaKey, type CaKeyKind } from './ca-keys';
import { encryptKey } from './key-file';
import { certifySigningCa, type SigningCaWishes } from './make-signing-ca';
import { readPolicy, type SignerPolicy } from './policy';
import type { RollOverInput } from './roll-over';
import { openRootKey } from './root-key';

/** What is being done, for people who wait. */
export type RollOverStep = 'root-key' | 'signing-key' | 'certificate' | 'encrypting';

/**
 * Makes the next signing CA under the root: key, certificate, encrypted key. The root's key is read
 * from wherever it lies and nowhere written; nothing is on disk when this returns.
 *
 * @param input.rootKeyFile the root's key, on the server or on the medium where it is kept
 * @param input.ordinal     2 for the second signing CA of this root, and so on
 * @throws {HubgateError} `ca.passphrase`, `ca.file`
 */
export async function prepareRollOver(input: {
  files: SignerFiles;
  rootKeyFile: string;
  passphrases: { root: string; signing: string };
  wishes: Omit<SigningCaWishes, 'profile'> & { key: CaKeyKind };
  ordinal: number;
  now: Date;
  progress: (step: RollOverStep) => void;
}): Promise<{ certificate: CertificateInfo; rollOver: RollOverInput }> {
  const { files, rootKeyFile, passphrases, wishes, ordinal, now, progress } = input;
  const policy = readPolicy(files.policy);
  progress('root-key');
  const { root, key: rootKey } = await openRootKey(files, rootKeyFile, passphrases.root);
  progress('signing-key');
  const key = await makeCaKey(wishes.key);
  progress('certificate');
  const certificate = await certifySigningCa({
    wishes: { ...wishes, profile: policy.profile },
    key,
    root,
    rootKey,
    now,
  });
  progress('encrypting');
  return {
    certificate,
    rollOver: {
      signingCa: Buffer.from(certificate.der).toString('base64'),
      key: await encryptKey(key.privateKey, passphrases.signing),
      passphrase: passphrases.signing,
      pointers: pointersOf(policy.pointers, ordinal),
    },
  };
}

/**
 * The addresses that certificates of the n-th signing CA carry. Those of the first stay its own for
 * ever: its certificates name them, and no revocation list can stand for two issuers.
 */
export function pointersOf(
  first: SignerPolicy['pointers'],
  ordinal: number,
): { crlUrl: string; caIssuersUrl: string } {
  const numbered = (url: string): string =>
    ordinal === 1 ? url : url.replace(/(\.[A-Za-z0-9]{1,8})?$/, `-${ordinal}$1`);
  return { crlUrl: numbered(first.crlUrl), caIssuersUrl: numbered(first.caIssuersUrl) };
}

/** A name that no signing CA had: `JupyterHub Signing CA`, `JupyterHub Signing CA G2`, …, `G3`. */
export function nextCommonName(first: string, ordinal: number): string {
  const ending = ` G${ordinal}`;
  return first.replace(/ G\d{1,4}$/, '').slice(0, 64 - ending.length) + ending;
}
