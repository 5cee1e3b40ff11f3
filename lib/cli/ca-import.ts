import { copyFileSync, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

import type { Command } from 'commander';

import type { LoadedConfig } from '../config/load';
import { HubgateError } from '../errors';
import { importCa, importLate, type ImportedCa, type ImportStep } from '../signer/import/import-ca';
import { importRecords } from '../signer/import/import-records';
import { planFromFolder } from '../signer/import/read-folder';
import { writeDurably } from '../signer/ca-files';
import { refuseExisting } from '../signer/make-ca';
import { BUNDLE } from '../signer/public-copies';
import { openPassphrases } from './ask-passphrase';
import { newPassphrases, openKeys, type KeyOptions } from './ca-import-keys';
import { importedText, importNotes, importSummary, planText } from './ca-import-text';
import { caWishes } from './ca-wishes';
import { configOf, hostName, outputOf } from './context';
import { findOwners, handOver, refuseNested, tlsFolder, type OwnerOptions } from './init-owners';
import { apacheFile } from './init-vhost';

type ImportOptions = OwnerOptions &
  KeyOptions & {
    from: string;
    dryRun?: true;
    late?: true;
    ca?: string;
    certificate?: string;
    key?: string;
    rootCertificate?: string;
    rootKey?: string;
    apacheFile?: string;
  };

const STEP_WORDS: Record<ImportStep, string> = {
  journal: 'writing what it issued and revoked into the journal',
  certificates: 'signing the first revocation lists and the server certificate',
  encrypting: 'encrypting the keys',
  writing: 'writing the files',
};

/** `hubgate ca import`: takes over what `openssl ca`, the original skeleton or easy-rsa left. */
export function addImport(ca: Command): void {
  ca.command('import')
    .description('take over an existing CA: openssl ca, the original skeleton (make root-ca), easy-rsa')
    .requiredOption('--from <folder>', 'its folder, such as /etc/pki; it is only read')
    .option('--dry-run', 'only say what is there and what would become of it')
    .option('--late', 'add what was issued there since it was imported; while the signer is stopped')
    .option('--ca <name>', 'which CA, where several could be the one that signs people')
    .option('--certificate <file>', 'its certificate, where it has no usual name')
    .option('--key <file>', 'its key, where it has no usual name')
    .option('--root-certificate <file>', "the root's certificate, where it lies elsewhere")
    .option('--root-key <file>', "the root's key, where it lies elsewhere")
    .option('--without-root-key', "leave the root's key where it is")
    .option('--old-passphrase-file <file>', 'what opens the old key now')
    .option('--old-root-passphrase-file <file>', "what opens the root's old key now")
    .option('--passphrase-file <file>', "new passphrase of the signing CA's key; strong")
    .option('--root-passphrase-file <file>', "new passphrase of the root's key; strong, another one")
    .option('--apache-file <file>', 'write an Apache virtual host, ready to include')
    .option('--portal-user <user>', 'as root: whose the portal’s files become')
    .option('--signer-user <user>', 'as root: whose the keys become')
    .action(run);
}

async function run(options: ImportOptions, command: Command): Promise<void> {
  const loaded = configOf(command);
  const out = outputOf(command);
  const now = new Date();
  const plan = planFromFolder({
    from: resolve(options.from),
    name: options.ca ?? null,
    certificate: options.certificate ? resolve(options.certificate) : null,
    key: options.key ? resolve(options.key) : null,
    rootCertificate: options.rootCertificate ? resolve(options.rootCertificate) : null,
    rootKey: options.rootKey ? resolve(options.rootKey) : null,
    now,
  });
  const { counts } = importRecords(plan, now);
  const notes = importNotes(plan, loaded.config, now);
  if (options.late) {
    const { signerDir, caDir } = loaded.paths;
    const done = importLate({ plan, dir: signerDir, caDir, by: `host:${hostName()}`, now });
    out.result(done, `${done.certificates} certificates and ${done.revocations} revocations were new.`);
    return;
  }
  if (options.dryRun) {
    out.result({ imported: false, ...importSummary(plan, counts, notes) }, planText(plan, counts, notes));
    return;
  }
  refuseExisting(loaded.paths.signerDir);
  refuseEvaluation(loaded);
  const owners = findOwners(options);
  if (owners !== null) refuseNested(loaded);
  out.note(planText(plan, counts, notes));
  const folder = tlsFolder(loaded, owners);
  // Rendered before anything is made: a name that cannot stand in an Apache file shows here.
  const apache = options.apacheFile === undefined ? null : apacheFile(loaded.config, loaded.paths, folder);
  const asked = openPassphrases();
  try {
    const keys = await openKeys(plan, options, asked);
    const passphrases = await newPassphrases(plan, options, asked, keys.root !== null);
    const { config, paths } = loaded;
    const wishes = caWishes(config);
    const imported = await importCa({
      plan,
      dir: paths.signerDir,
      caDir: paths.caDir,
      serverDir: folder ?? paths.serverDir,
      wishes: {
        policy: wishes.policy,
        serverNames: wishes.serverNames,
        newSigning: {
          commonName: newSigningName(wishes.signingCn, plan.root.commonName),
          key: wishes.signingKey,
          years: wishes.signingYears,
          nameConstraints: wishes.nameConstraints,
          rootPointers: wishes.rootPointers,
        },
      },
      keys,
      passphrases,
      by: `host:${hostName()}`,
      now,
      progress: (step) => out.note(`  ${STEP_WORDS[step]} …`),
    });
    if (apache !== null) writeDurably(resolve(options.apacheFile ?? ''), apache, 0o644);
    if (owners !== null) {
      if (folder !== null) copyFileSync(join(paths.caDir, BUNDLE), join(folder, BUNDLE));
      handOver(loaded, owners, folder === null ? [] : [join(folder, 'server.pem'), join(folder, BUNDLE)]);
    }
    const summary = importSummary(plan, imported.counts, notes);
    out.result({ imported: true, ...summary, ...about(imported) }, importedText(imported, plan, owners));
  } finally {
    asked.close();
  }
}

/** The configured name, unless that is the root's own: the original called it so, easy-rsa anything. */
const newSigningName = (configured: string, root: string): string =>
  configured === root ? `${configured.slice(0, 55)} (signing)` : configured;

function refuseEvaluation({ paths }: LoadedConfig): void {
  if (!existsSync(paths.evaluationMarker)) return;
  throw new HubgateError(
    'ca.exists',
    `${paths.stateDir} is marked as an evaluation (${paths.evaluationMarker}): its key would unlock by itself. ` +
      'Use another stateDir for the real CA.',
    { params: { file: paths.evaluationMarker } },
  );
}

const about = ({ root, signing, server, crlNumber, rootCrl, rootKey, conflicts }: ImportedCa) => ({
  signing: { subject: signing.subject, serial: signing.serial, notAfter: signing.notAfter.toISOString() },
  rootFingerprintSha256: root.fingerprintSha256,
  server: { subject: server.subject, notAfter: server.notAfter.toISOString() },
  crlNumber,
  rootCrl,
  rootKey,
  conflicts,
});
