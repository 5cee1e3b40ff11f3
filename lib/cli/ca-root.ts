import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import type { Command } from 'commander';

import { HubgateError, isHubgateError } from '../errors';
import { signerFiles } from '../signer/ca-files';
import { moveRootKey, openRootKey, renewRootCrl, rootSignsPeople } from '../signer/root-key';
import { connectSigner } from '../signer-client/client';
import { parseCrl } from '../x509/crl';
import { openPassphrases } from './ask-passphrase';
import { configOf, outputOf } from './context';
import { withSigner } from './signer-door';

type PassphraseOption = { passphraseFile?: string };

/** `hubgate ca export-root|check-root|crl`: what is done with the root's key, on this server or beside it. */
export function addRoot(ca: Command): void {
  ca.command('export-root')
    .description("move the root CA's key off this server, after proving that the copy can be read")
    .requiredOption('--to <file>', 'a new file, for example on a stick')
    .option('--passphrase-file <file>', 'a file that only you may read')
    .action(exportRoot);
  ca.command('check-root')
    .description("prove that a copy of the root CA's key can still be read and opened; yearly, for each copy")
    .requiredOption('--root-key <file>', 'the copy, for example on a stick')
    .option('--passphrase-file <file>', 'a file that only you may read')
    .action(checkRoot);
  ca.command('crl')
    .description('the revocation lists that are in force')
    .option('--renew-root', "make a new revocation list of the root (yearly); needs the root's key")
    .option(
      '--root-key <file>',
      'where the key lies, when it is not on this server any more; it is only read',
    )
    .option('--passphrase-file <file>', 'a file that only you may read')
    .action(crl);
}

async function exportRoot(options: PassphraseOption & { to: string }, command: Command): Promise<void> {
  const { paths } = configOf(command);
  const out = outputOf(command);
  const to = resolve(options.to);
  const files = signerFiles(paths.signerDir);
  await refuseBusyRoot(command);
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

/** A root that signed people keeps their revocation list: its key stays until the last of them has ended. */
async function refuseBusyRoot(command: Command): Promise<void> {
  const { paths } = configOf(command);
  const keyId = rootSignsPeople(signerFiles(paths.signerDir));
  if (keyId === null) return;
  const signer = connectSigner(paths.signerWebSocket);
  let until: string | null = null;
  try {
    const { formerKeys } = await signer.status();
    until = formerKeys.find((key) => key.keyId === keyId)?.lastEnd ?? null;
    if (until === null) return;
  } catch (error) {
    if (!isHubgateError(error)) throw error;
  } finally {
    signer.close();
  }
  throw new HubgateError(
    'ca.file',
    'The root signed people itself before it was taken over, and its key signs their revocation list ' +
      (until === null
        ? 'as long as they have certificates. Start the signer: it knows until when.'
        : `until ${until.slice(0, 10)}. Until then it stays here.`),
    { params: { file: signerFiles(paths.signerDir).rootKey } },
  );
}

async function checkRoot(options: PassphraseOption & { rootKey: string }, command: Command): Promise<void> {
  const { paths } = configOf(command);
  const file = resolve(options.rootKey);
  if (!existsSync(file)) throw new HubgateError('ca.file', `There is no ${file}.`, { params: { file } });
  const passphrase = await passphraseFrom(options, `Passphrase of ${file}`);
  const { root } = await openRootKey(signerFiles(paths.signerDir), file, passphrase);
  const onServer = existsSync(signerFiles(paths.signerDir).rootKey);
  outputOf(command).result(
    { file, root: root.subject, notAfter: root.notAfter.toISOString(), onServer },
    `${file} opens, and is the key of ${root.subject}.` +
      (onServer ? '\nThe key is on this server as well: hubgate ca export-root takes it off.' : ''),
  );
}

async function crl(
  options: PassphraseOption & { renewRoot?: true; rootKey?: string },
  command: Command,
): Promise<void> {
  const { paths } = configOf(command);
  const files = signerFiles(paths.signerDir);
  if (options.renewRoot) {
    if (rootSignsPeople(files) !== null && existsSync(files.rootKey)) {
      throw new HubgateError(
        'ca.file',
        'The signer renews the list of this root itself, every day while its key is unlocked: hubgate ca unlock',
        { params: { file: files.rootCrl } },
      );
    }
    const { number, nextUpdate } = await renewRootCrl({
      files,
      publicCopy: join(paths.caDir, 'root-ca.crl'),
      keyFile: options.rootKey === undefined ? files.rootKey : resolve(options.rootKey),
      passphrase: await passphraseFrom(options, "Passphrase of the root CA's key"),
      served: await servedRootCrl(paths.signerWebSocket),
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
    const former = lists.former.map(({ keyId, der }) => ({ keyId, ...read(der) }));
    const all = { signing: read(lists.signing), root: read(lists.root), former };
    const line = (name: string, list: ReturnType<typeof read>): string =>
      list === null
        ? `${name}: none`
        : `${name}: number ${list.number}, ${list.revoked} revoked, until ${list.nextUpdate?.toISOString() ?? 'no end'}`;
    out.result(
      all,
      [
        line('signing CA', all.signing),
        ...lists.former.map(({ keyId, der }) => line(`former CA ${keyId}`, read(der))),
        line('root CA', all.root),
      ].join('\n'),
    );
  });
}

/** Null while no signer answers: then the file is all there is. */
async function servedRootCrl(socket: string): Promise<Uint8Array | null> {
  const signer = connectSigner(socket);
  try {
    const { root } = await signer.crls();
    return root === undefined ? null : Buffer.from(root, 'base64');
  } catch (error) {
    if (!isHubgateError(error)) throw error;
    return null;
  } finally {
    signer.close();
  }
}

async function passphraseFrom(options: PassphraseOption, question: string): Promise<string> {
  const asked = openPassphrases();
  try {
    return await asked.known(options.passphraseFile, question);
  } finally {
    asked.close();
  }
}
