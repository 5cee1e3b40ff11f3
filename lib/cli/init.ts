import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import type { Command } from 'commander';
import { stringify } from 'smol-toml';

import type { LoadedConfig } from '../config/load';
import { siteHosts } from '../config/server-names';
import { HubgateError } from '../errors';
import { signerFiles, writeDurably } from '../signer/ca-files';
import { makeCa, refuseExisting, type MadeCa } from '../signer/make-ca';
import { BUNDLE } from '../signer/public-copies';
import { moveRootKey } from '../signer/root-key';
import { caWishes, STEP_WORDS } from './ca-wishes';
import { configAt, configOf, outputOf, type Output } from './context';
import { readAnswers, type Answers } from './init-answers';
import { askAnswers } from './init-ask';
import {
  findOwners,
  handOver,
  PRODUCTION_FOLDERS,
  refuseNested,
  tlsFolder,
  type OwnerOptions,
  type Owners,
} from './init-owners';
import { apacheFile } from './init-vhost';
import { openTerminal } from './terminal';

/** `hubgate init`: the ceremony, guided in the terminal or unattended from a file. */
export function register(program: Command): void {
  program
    .command('init')
    .description('make the CA: root, signing CA, revocation lists, first server certificate, Apache file')
    .option('--answers <file>', 'unattended: the tables of hubgate.toml and [ceremony] with passphrase files')
    .option(
      '--portal-user <user>',
      'as root: whose the portal’s files become (default: hubgate, if there is one)',
    )
    .option(
      '--signer-user <user>',
      'as root: whose the keys become (default: hubgate-signer, if there is one)',
    )
    .action(init);
}

async function init(options: OwnerOptions & { answers?: string }, command: Command): Promise<void> {
  const before = configOf(command);
  refuseExisting(before.paths.signerDir);
  const owners = findOwners(options);
  // What is wrong with a file that is there is said before a long row of questions.
  if (owners !== null && before.file !== null) refuseNested(before);
  const out = outputOf(command);
  const answers = options.answers === undefined ? await ask(before) : readAnswers(options.answers);
  if (answers === null) {
    out.result({ made: false }, 'Nothing was made.');
    return;
  }
  const { loaded, keep } = settle(before, owners === null ? answers.settings : inProduction(before, answers));
  try {
    refuseExisting(loaded.paths.signerDir);
    if (owners !== null) refuseNested(loaded);
    const folder = tlsFolder(loaded, owners);
    // Rendered before anything is made: a name that cannot stand in an Apache file shows here.
    const apache = answers.apacheFile === null ? null : apacheFile(loaded.config, loaded.paths, folder);
    const made = await hold(loaded, answers, out, folder);
    const file = keep();
    if (answers.apacheFile !== null && apache !== null) writeDurably(answers.apacheFile, apache, 0o644);
    if (answers.exportRootTo !== null) {
      await moveRootKey(signerFiles(loaded.paths.signerDir), answers.exportRootTo, answers.passphrases.root);
    }
    if (owners !== null) {
      if (folder !== null) copyFileSync(join(loaded.paths.caDir, BUNDLE), join(folder, BUNDLE));
      handOver(loaded, owners, [
        ...(file === null ? [] : [file]),
        ...(folder === null ? [] : [join(folder, 'server.pem'), join(folder, BUNDLE)]),
      ]);
    }
    report(out, loaded, { ...answers, owners }, made, file);
  } finally {
    rmSync(draftOf(before), { force: true });
  }
}

async function ask(before: LoadedConfig): Promise<Answers | null> {
  const terminal = openTerminal(process.stdin, process.stderr);
  try {
    return await askAnswers(terminal, before.config, before.file !== null);
  } finally {
    terminal.close();
  }
}

/** The answers with the folders of the unit files, where no hubgate.toml and no answer names others. */
function inProduction(before: LoadedConfig, { settings }: Answers): Record<string, unknown> {
  if (before.file !== null) return settings;
  const { signer, gate, ...top } = PRODUCTION_FOLDERS;
  return {
    ...top,
    ...settings,
    signer: { ...signer, ...(settings['signer'] as object | undefined) },
    gate: { ...gate, ...(settings['gate'] as object | undefined) },
  };
}

const targetOf = (before: LoadedConfig): string => before.file ?? join(before.baseDir, 'hubgate.toml');
const draftOf = (before: LoadedConfig): string => join(dirname(targetOf(before)), '.hubgate.toml.draft');

/**
 * The configuration that the ceremony goes by. What was answered is written as a draft and read back
 * as any hubgate.toml, so that all its rules hold; `keep` gives it its name when the CA stands.
 *
 * @throws {HubgateError} `config.value` when a hubgate.toml is there and the answers name its keys too
 */
function settle(
  before: LoadedConfig,
  settings: Record<string, unknown>,
): { loaded: LoadedConfig; keep: () => string | null } {
  const keys = Object.keys(settings);
  if (before.file !== null) {
    if (keys.length > 0) {
      throw new HubgateError(
        'config.value',
        `${before.file} is there, and the answers hold ${keys.join(', ')} as well. Leave them in one place only.`,
        { field: keys[0] ?? '', params: { key: keys[0] ?? '' } },
      );
    }
    return { loaded: before, keep: () => null };
  }
  const target = targetOf(before);
  const draft = draftOf(before);
  writeDurably(
    draft,
    `# Written by hubgate init. \`hubgate config print\` lists every key with its value.\n${stringify(settings)}`,
    0o644,
  );
  try {
    const loaded = configAt(draft);
    const keep = (): string => {
      renameSync(draft, target);
      return target;
    };
    return { loaded, keep };
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

async function hold(
  loaded: LoadedConfig,
  answers: Answers,
  out: Output,
  folder: string | null,
): Promise<MadeCa> {
  const { config, paths } = loaded;
  if (existsSync(paths.evaluationMarker)) {
    throw new HubgateError(
      'ca.exists',
      `${paths.stateDir} is marked as an evaluation (${paths.evaluationMarker}): its key would unlock by itself. ` +
        'Use another stateDir for the real CA.',
      { params: { file: paths.evaluationMarker } },
    );
  }
  return makeCa({
    dir: paths.signerDir,
    caDir: paths.caDir,
    serverDir: folder ?? paths.serverDir,
    wishes: caWishes(config),
    passphrases: answers.passphrases,
    now: new Date(),
    progress: (step) => out.note(`  ${STEP_WORDS[step]} …`),
  });
}

function report(
  out: Output,
  loaded: LoadedConfig,
  answers: Answers & { owners: Owners | null },
  made: MadeCa,
  file: string | null,
): void {
  const { owners } = answers;
  const { paths } = loaded;
  const about = (one: MadeCa['root']) => ({
    subject: one.subject,
    serial: one.serial,
    notAfter: one.notAfter.toISOString(),
    fingerprintSha256: one.fingerprintSha256,
  });
  const grouped = (hex: string): string => (hex.match(/.{4}/g) ?? []).join(' ');
  const { rootKey } = signerFiles(paths.signerDir);
  out.result(
    {
      made: true,
      config: file,
      stateDir: paths.stateDir,
      root: about(made.root),
      signing: about(made.signing),
      server: about(made.server),
      apacheFile: answers.apacheFile,
      rootKey: answers.exportRootTo ?? rootKey,
      portalUser: owners?.portal.user ?? null,
      signerUser: owners?.signer.user ?? null,
    },
    [
      `Root CA:     ${made.root.subject}`,
      `             SHA-256 ${grouped(made.root.fingerprintSha256)}`,
      `             Print this line and hang it where people can compare it.`,
      `Signing CA:  ${made.signing.subject}`,
      `Server:      ${siteHosts(loaded.config).join(', ')} until ${made.server.notAfter.toISOString().slice(0, 10)}`,
      ...(file === null ? [] : [`Config:      ${file}`]),
      ...(answers.apacheFile === null ? [] : [`Apache:      ${resolve(answers.apacheFile)}`]),
      answers.exportRootTo === null
        ? `Root key:    ${rootKey}. Take it offline: hubgate ca export-root --to FILE`
        : `Root key:    moved to ${answers.exportRootTo}, read back and proven; it is not on this server any more.`,
      '',
      ...(owners === null ? ['Next: npm start, then hubgate ca unlock.'] : nextSteps(loaded, owners)),
    ].join('\n'),
  );
}

function nextSteps({ paths }: LoadedConfig, { portal, signer, mayOrder }: Owners): string[] {
  return [
    `Owners:      ${paths.signerDir} is ${signer.user}'s alone, ${paths.stateDir} ${portal.user}'s.`,
    ...(mayOrder ? [] : [`Still to do: adduser ${portal.user} ${signer.user}  (to order at the signer)`]),
    '',
    `Next: systemctl enable --now hubgate.target, then sudo -u ${signer.user} hubgate ca unlock.`,
  ];
}
