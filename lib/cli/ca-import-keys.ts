import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { HubgateError } from '../errors';
import { openOldKey } from '../signer/import/old-key';
import type { ImportPlan } from '../signer/import/plan-import';
import type { OldCa } from '../signer/import/read-old-ca';
import type { Passphrases } from './ask-passphrase';

export type KeyOptions = {
  withoutRootKey?: true;
  oldPassphraseFile?: string;
  oldRootPassphraseFile?: string;
  passphraseFile?: string;
  rootPassphraseFile?: string;
};

/** Opens the old keys, asking for what no file says. `root` is null when it stays where it is. */
export async function openKeys(
  plan: ImportPlan,
  options: KeyOptions,
  asked: Passphrases,
): Promise<{ issuer: KeyObject; root: KeyObject | null }> {
  const issuer = await openOne(
    plan.issuer,
    options.oldPassphraseFile,
    `Passphrase that opens ${plan.issuer.files.key ?? ''} now`,
    asked,
  );
  const { rootCa } = plan;
  const wanted = plan.shape === 'two-tier' && rootCa !== null && rootCa.key !== 'absent';
  if (!wanted || options.withoutRootKey) return { issuer, root: null };
  const unattended = options.passphraseFile !== undefined;
  if (unattended && options.rootPassphraseFile === undefined) return { issuer, root: null };
  const takes =
    unattended ||
    (await asked
      .terminal()
      .confirm(
        "Take the root's key over too? Without it, keep it offline and name it when it is needed.",
        true,
      ));
  if (!takes) return { issuer, root: null };
  const root = await openOne(
    rootCa,
    options.oldRootPassphraseFile,
    `Passphrase that opens ${rootCa.files.key ?? ''} now`,
    asked,
  );
  return { issuer, root };
}

async function openOne(ca: OldCa, file: string | undefined, question: string, asked: Passphrases) {
  const path = ca.files.key ?? '';
  const passphrase = ca.key === 'encrypted' ? await asked.known(file, question) : null;
  return openOldKey(readFileSync(path, 'latin1'), passphrase, path);
}

/**
 * The passphrases that the keys get here. Of a CA that signed people with its root one opens both:
 * the root's key is needed each day for its revocation list, so that two would protect nothing.
 */
export async function newPassphrases(
  plan: ImportPlan,
  options: KeyOptions,
  asked: Passphrases,
  withRoot: boolean,
): Promise<{ root: string | null; signing: string }> {
  const signing = await asked.fresh(
    options.passphraseFile,
    "New passphrase of the signing CA's key",
    "signing CA's key",
  );
  if (plan.shape === 'single' && options.rootPassphraseFile === undefined) return { root: signing, signing };
  if (plan.shape === 'two-tier' && !withRoot) return { root: null, signing };
  const root = await asked.fresh(
    options.rootPassphraseFile,
    "New passphrase of the root CA's key",
    "root CA's key",
  );
  if (plan.shape === 'single' || root !== signing) return { root, signing };
  throw new HubgateError('ca.passphrase', 'Root CA and signing CA need different passphrases.', {
    field: 'passphrase',
  });
}
