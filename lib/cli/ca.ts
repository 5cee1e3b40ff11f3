import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import type { Command } from 'commander';

import type { LoadedConfig } from '../config/load';
import { signerFiles } from '../signer/ca-files';
import { moveRootKey, renewRootCrl } from '../signer/root-key';
import { connectSigner, type SignerClient } from '../signer-client/client';
import type { SignerStatus } from '../wire/messages';
import { parseCertificate } from '../x509/certificate';
import { parseCrl } from '../x509/crl';
import { addImport } from './ca-import';
import { registerJournal } from './ca-journal';
import { configOf, outputOf, type Output } from './context';
import { readPassphraseFile } from './passphrase';
import { openTerminal } from './terminal';

type PassphraseOption = { passphraseFile?: string };

/** `hubgate ca status|unlock|lock|export-root|crl`, and those of ca-journal.ts */
export function register(program: Command): void {
  const ca = program
    .command('ca')
    .description('the CA: state, unlocking, the root key, revocation lists, roll-over, backup, import');
  addImport(ca);
  ca.command('status')
    .description('whether the signing key is unlocked, and what the signer has done')
    .action((_options: object, command: Command) =>
      withSigner(command, 'web', async (signer, out) => {
        const status = await signer.status();
        out.result(withoutCertificates(status), describe(status));
      }),
    );
  ca.command('unlock')
    .description('open the signing key; asks for its passphrase, or takes the first line of a file')
    .option('--passphrase-file <file>', 'a file that only you may read')
    .action((options: PassphraseOption, command: Command) =>
      withSigner(command, 'operator', async (signer, out) => {
        const status = await signer.unlock(
          await passphraseFrom(options, "Passphrase of the signing CA's key"),
        );
        out.result(withoutCertificates(status), describe(status));
      }),
    );
  ca.command('lock')
    .description('forget the signing key; revocations and lists that are still valid go on being served')
    .action((_options: object, command: Command) =>
      withSigner(command, 'operator', async (signer, out) => {
        const status = await signer.lock();
        out.result(withoutCertificates(status), describe(status));
      }),
    );
  ca.command('export-root')
    .description("move the root CA's key off this server, after proving that the copy can be read")
    .requiredOption('--to <file>', 'a new file, for example on a stick')
    .option('--passphrase-file <file>', 'a file that only you may read')
    .action(exportRoot);
  ca.command('crl')
    .description('the revocation lists that are in force')
    .option('--renew-root', "make a new revocation list of the root (yearly); needs the root's key")
    .option('--root-key <file>', 'where the key lies, when it is not on this server any more')
    .option('--passphrase-file <file>', 'a file that only you may read')
    .action(crl);
  registerJournal(ca);
}

async function exportRoot(options: PassphraseOption & { to: string }, command: Command): Promise<void> {
  const { paths } = configOf(command);
  const out = outputOf(command);
  const to = resolve(options.to);
  const files = signerFiles(paths.signerDir);
  await moveRootKey(files, to, await passphraseFrom(options, "Passphrase of the root CA's key"));
  const sameDisk = statSync(dirname(to)).dev === statSync(paths.signerDir).dev;
  out.result(
    { exported: to, removed: files.rootKey, sameDisk },
    `The root's key is now in ${to} alone: it was read back, decrypted and found to be the root's, and ` +
      `${files.rootKey} was deleted.` +
      (sameDisk
        ? '\nThis file is still on a disk of this server. Take it to a safe place and delete it here.'
        : '') +
      '\nKeep two copies in two places, and the passphrase apart from both.',
  );
}

async function crl(
  options: PassphraseOption & { renewRoot?: true; rootKey?: string },
  command: Command,
): Promise<void> {
  const { paths } = configOf(command);
  const files = signerFiles(paths.signerDir);
  if (options.renewRoot) {
    const { number, nextUpdate } = await renewRootCrl({
      files,
      publicCopy: join(paths.caDir, 'root-ca.crl'),
      keyFile: options.rootKey === undefined ? files.rootKey : resolve(options.rootKey),
      passphrase: await passphraseFrom(options, "Passphrase of the root CA's key"),
      now: new Date(),
    });
    outputOf(command).result(
      { root: { number, nextUpdate: nextUpdate.toISOString() } },
      `The root's revocation list ${number} is in force until ${nextUpdate.toISOString()}.`,
    );
    return;
  }
  await withSigner(command, 'web', async (signer, out) => {
    const lists = await signer.crls();
    const read = (base64: string | undefined) => {
      if (base64 === undefined) return null;
      const { crlNumber, thisUpdate, nextUpdate, revoked } = parseCrl(Buffer.from(base64, 'base64'));
      return { number: crlNumber, thisUpdate, nextUpdate, revoked: revoked.length };
    };
    const both = { signing: read(lists.signing), root: read(lists.root) };
    const line = (name: string, list: ReturnType<typeof read>): string =>
      list === null
        ? `${name}: none`
        : `${name}: number ${list.number}, ${list.revoked} revoked, until ${list.nextUpdate?.toISOString() ?? 'no end'}`;
    out.result(both, [line('signing CA', both.signing), line('root CA', both.root)].join('\n'));
  });
}

async function withSigner(
  command: Command,
  door: 'web' | 'operator',
  run: (signer: SignerClient, out: Output, loaded: LoadedConfig) => Promise<void>,
): Promise<void> {
  const loaded = configOf(command);
  const { signerWebSocket, signerOperatorSocket } = loaded.paths;
  const signer = connectSigner(door === 'web' ? signerWebSocket : signerOperatorSocket);
  try {
    await run(signer, outputOf(command), loaded);
  } finally {
    signer.close();
  }
}

async function passphraseFrom(options: PassphraseOption, question: string): Promise<string> {
  if (options.passphraseFile !== undefined) return readPassphraseFile(resolve(options.passphraseFile));
  const terminal = openTerminal(process.stdin, process.stderr);
  try {
    return await terminal.hidden(question);
  } finally {
    terminal.close();
  }
}

function withoutCertificates(status: SignerStatus): Omit<SignerStatus, 'signingCa' | 'rootCa'> {
  const { signingCa: _signing, rootCa: _root, ...rest } = status;
  return rest;
}

const BECAUSE = {
  'no-ca': 'there is no CA yet: hubgate init',
  'waiting-for-passphrase': 'waiting for its passphrase: hubgate ca unlock',
  'journal-damaged': 'its journal is damaged: see its log, and restore a backup',
  'locked-by-operator': 'an operator locked it: hubgate ca unlock',
} as const;

function describe(status: SignerStatus): string {
  const { state, lockedBecause, since, signingCa, issued, revoked, crlNumber, crlNextUpdate } = status;
  const lines = [
    `Signing key: ${state} since ${since}${lockedBecause ? ` (${BECAUSE[lockedBecause]})` : ''}`,
  ];
  if (signingCa !== undefined) {
    const { subject, notAfter, keyLabel } = parseCertificate(Buffer.from(signingCa, 'base64'));
    lines.push(`Signing CA:  ${subject}, ${keyLabel}, until ${notAfter.toISOString()}`);
  }
  lines.push(`Approval:    ${status.approvalMode}, by ${status.approvalCount}`);
  lines.push(`Issued:      ${issued} certificates, ${revoked} revoked`);
  if (crlNumber !== undefined) lines.push(`CRL:         number ${crlNumber}, until ${crlNextUpdate ?? ''}`);
  return lines.join('\n');
}
