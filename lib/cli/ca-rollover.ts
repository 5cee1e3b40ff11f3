import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

import { Option, type Command } from 'commander';

import type { LoadedConfig } from '../config/load';
import { HubgateError } from '../errors';
import { signerFiles, type SignerFiles } from '../signer/ca-files';
import type { CaKeyKind } from '../signer/ca-keys';
import { nextCommonName, prepareRollOver, type RollOverStep } from '../signer/prepare-roll-over';
import type { SignerStatus } from '../wire/status';
import { parseCertificate } from '../x509/certificate';
import { openPassphrases, type Passphrases } from './ask-passphrase';
import { caWishes } from './ca-wishes';
import { readPassphraseFile } from './passphrase';
import { gateSteps, publishCa } from './publish-ca';
import { wholeNumber } from './numbers';
import { withSigner } from './signer-door';

type RollOverOptions = {
  commonName?: string;
  keyType?: CaKeyKind;
  years?: number;
  rootKey?: string;
  rootPassphraseFile?: string;
  passphraseFile?: string;
};

const KEY_TYPES = ['rsa-4096', 'rsa-3072', 'p-256', 'p-384'] as const;

const STEP_WORDS: Record<RollOverStep, string> = {
  'root-key': "opening the root's key",
  'signing-key': "making the new signing CA's key",
  certificate: 'certifying it with the root',
  encrypting: 'encrypting the key',
};

/** `hubgate ca rollover|publish` */
export function addRollOver(ca: Command): void {
  ca.command('rollover')
    .description('a new signing CA under the same root; the present one keeps its revocation lists')
    .option('--common-name <name>', 'of the new signing CA (default: the present name with G2, G3, …)')
    .addOption(new Option('--key-type <kind>', 'of its key (default: pki.signingKey)').choices(KEY_TYPES))
    .option('--years <years>', 'of its life (default: pki.signingYears)', wholeNumber(1, 20))
    .option('--root-key <file>', "the root's key, when it is not on this server; it is only read")
    .option('--root-passphrase-file <file>', "what opens the root's key")
    .option('--passphrase-file <file>', "passphrase of the new signing CA's key; strong")
    .action(rollOver);
  ca.command('publish')
    .description(
      "write the CA's public copies again, for the portal and for the gate, from what the signer says",
    )
    .action((_options: object, command: Command) =>
      withSigner(command, 'web', async (signer, out, loaded) => {
        const published = await publishCa(loaded, signer, await signer.status());
        const text = [`The public copies in ${published.caDir} are the signer's.`, ...gateSteps(published)];
        out.result(published, text.join('\n'));
      }),
    );
}

async function rollOver(options: RollOverOptions, command: Command): Promise<void> {
  await withSigner(command, 'operator', async (signer, out, loaded) => {
    const before = await signer.status();
    const ordinal = nextOrdinal(before);
    const files = signerFiles(loaded.paths.signerDir);
    const rootKeyFile = rootKeyOf(files, options);
    const asked = openPassphrases();
    try {
      const wishes = await wishesOf(loaded, options, ordinal, asked);
      if (wishes === null) {
        out.result({ rolledOver: false }, 'Nothing was changed.');
        return;
      }
      const { certificate, rollOver: input } = await prepareRollOver({
        files,
        rootKeyFile,
        passphrases: await passphrasesOf(loaded, options, asked, rootKeyFile),
        wishes,
        ordinal,
        now: new Date(),
        progress: (step) => out.note(`  ${STEP_WORDS[step]} …`),
      });
      const after = await signer.rollover(input);
      const published = await publishCa(loaded, signer, after);
      const former = after.formerKeys[0];
      out.result(
        {
          rolledOver: true,
          signing: {
            subject: certificate.subject,
            keyId: after.caKeyId,
            notAfter: certificate.notAfter.toISOString(),
            ...input.pointers,
          },
          former: former ?? null,
          ...published,
        },
        [
          `Signs now:   ${certificate.subject}, until ${day(certificate.notAfter.toISOString())}`,
          `Before:      ${presentName(before)}: its certificates stay good; its lists go on until ${day(former?.lastEnd ?? '')}`,
          ...gateSteps(published),
          'Requests that were approved for the CA before come back to the queue and must be approved again.',
          'Both keys are opened by hubgate ca unlock; where their passphrases differ, run it once with each.',
          'Make a backup now: hubgate ca backup',
        ].join('\n'),
      );
    } finally {
      asked.close();
    }
  });
}

/** 2 for the second signing CA of this root. A root that signed people itself counts for none. */
function nextOrdinal({ signingCa, rootCa, formerCas }: SignerStatus): number {
  if (signingCa === undefined) {
    throw new HubgateError('signer.ca-missing', 'There is no CA to roll over: hubgate init.');
  }
  return formerCas.filter((der) => der !== rootCa).length + 2;
}

const presentName = ({ signingCa = '' }: SignerStatus): string =>
  parseCertificate(Buffer.from(signingCa, 'base64')).subject;

function rootKeyOf(files: SignerFiles, { rootKey }: RollOverOptions): string {
  const file = rootKey === undefined ? files.rootKey : resolve(rootKey);
  if (existsSync(file)) return file;
  throw new HubgateError(
    'ca.file',
    rootKey === undefined
      ? "The root's key is not on this server, as it should be. Bring the offline copy and name it: --root-key FILE"
      : `There is no ${file}.`,
    { params: { file } },
  );
}

const isUnattended = ({ passphraseFile, rootPassphraseFile }: RollOverOptions): boolean =>
  passphraseFile !== undefined && rootPassphraseFile !== undefined;

async function wishesOf(
  { config, paths }: LoadedConfig,
  options: RollOverOptions,
  ordinal: number,
  asked: Passphrases,
) {
  const { signingCn, signingKey, signingYears, nameConstraints, rootPointers } = caWishes(config);
  const presets = {
    commonName: options.commonName ?? nextCommonName(signingCn, ordinal),
    key: options.keyType ?? signingKey,
    years: options.years ?? signingYears,
  };
  const fixed = { nameConstraints, rootPointers };
  // Unattended: whoever hands over both passphrases by file has decided. An evaluation has its own.
  if (isUnattended(options) || existsSync(paths.evaluationMarker)) {
    return { ...presets, ...fixed };
  }
  const terminal = asked.terminal();
  terminal.say(
    'This makes a new signing CA under the same root. It signs from now on; the present one goes on with its\n' +
      'revocation lists until its last certificate has ended. Enter takes the value in brackets.\n',
  );
  const commonName = await terminal.ask('  name of the new signing CA', presets.commonName, (name) =>
    name.length >= 1 && name.length <= 64 ? null : '1 to 64 characters.',
  );
  const key = await terminal.choose('  its key', KEY_TYPES, presets.key);
  const years = Number(
    await terminal.ask('  its life, years', String(presets.years), (text) =>
      /^(?:[1-9]|1\d|20)$/.test(text) ? null : 'A number from 1 to 20.',
    ),
  );
  const sure = await terminal.confirm('\nRoll over now?', true);
  return sure ? { commonName, key, years, ...fixed } : null;
}

async function passphrasesOf(
  { paths }: LoadedConfig,
  options: RollOverOptions,
  asked: Passphrases,
  rootKeyFile: string,
): Promise<{ root: string; signing: string }> {
  if (existsSync(paths.evaluationMarker) && !isUnattended(options)) {
    // One passphrase beside the keys, so that nothing has to be typed: the new key must open with it too.
    const own = readPassphraseFile(signerFiles(paths.signerDir).evaluationPassphrase);
    return { root: own, signing: own };
  }
  const root = await asked.known(options.rootPassphraseFile, `Passphrase of the root's key (${rootKeyFile})`);
  const signing = await asked.fresh(
    options.passphraseFile,
    "Passphrase of the new signing CA's key (the present one, if both shall open at once)",
    "signing CA's key",
  );
  if (root !== signing) return { root, signing };
  throw new HubgateError('ca.passphrase', 'Root CA and signing CA need different passphrases.', {
    field: 'passphrase',
  });
}

const day = (iso: string): string => iso.slice(0, 10);
