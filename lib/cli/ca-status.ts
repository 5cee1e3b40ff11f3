import type { Command } from 'commander';

import { caExpiries, type CaExpiry } from '../certificates/ca-expiries';
import type { LoadedConfig } from '../config/load';
import { frontCertificate } from '../trust/front-certificate';
import type { SignerStatus } from '../wire/status';
import { parseCertificate } from '../x509/certificate';
import { openPassphrases } from './ask-passphrase';
import type { Output } from './context';
import { withSigner } from './signer-door';
import { table } from './table';

type PassphraseOption = { passphraseFile?: string };

/** `hubgate ca status|unlock|lock` */
export function addStatus(ca: Command): void {
  ca.command('status')
    .description(
      'whether the keys are unlocked, and how long each CA, each list and the site itself still holds',
    )
    .action((_options: object, command: Command) =>
      withSigner(command, 'web', async (signer, out, loaded) => tell(out, loaded, await signer.status())),
    );
  ca.command('unlock')
    .description('open every key that this passphrase opens; asks for it, or takes the first line of a file')
    .option('--passphrase-file <file>', 'a file that only you may read')
    .action((options: PassphraseOption, command: Command) =>
      withSigner(command, 'operator', async (signer, out, loaded) => {
        const asked = openPassphrases();
        try {
          let status = await signer.unlock(
            await asked.known(options.passphraseFile, "Passphrase of the signing CA's key"),
          );
          // A former CA may have a passphrase of its own; a person is asked for it at once.
          while (options.passphraseFile === undefined && process.stdin.isTTY && hasLocked(status)) {
            const other = await asked.known(
              undefined,
              'A former CA has another passphrase (Enter: leave it locked)',
            );
            if (other === '') break;
            status = await signer.unlock(other);
          }
          tell(out, loaded, status);
        } finally {
          asked.close();
        }
      }),
    );
  ca.command('lock')
    .description('forget the keys; revocations and lists that are still valid go on being served')
    .action((_options: object, command: Command) =>
      withSigner(command, 'operator', async (signer, out, loaded) => tell(out, loaded, await signer.lock())),
    );
}

const hasLocked = ({ formerKeys }: SignerStatus): boolean =>
  formerKeys.some(({ state }) => state === 'locked');

function tell(out: Output, { config, paths }: LoadedConfig, status: SignerStatus): void {
  const now = new Date();
  const { signingCa: _signing, rootCa: _root, formerCas: _former, ...rest } = status;
  const expiries = caExpiries(status, now);
  const found = frontCertificate(config, paths, now);
  const front: FrontExpiry | null = found && {
    end: found.certificate.notAfter.toISOString(),
    daysLeft: found.daysLeft,
    file: found.certFile,
  };
  out.result({ ...rest, expiries, front }, describe(status, expiries, front));
}

/** When the site's own server certificate ends; it is none of the signer's, and renewed elsewhere. */
type FrontExpiry = { end: string; daysLeft: number; file: string };

const BECAUSE = {
  'no-ca': 'there is no CA yet: hubgate init',
  'waiting-for-passphrase': 'waiting for its passphrase: hubgate ca unlock',
  'locked-by-operator': 'an operator locked it: hubgate ca unlock',
  'journal-damaged': "its journal is damaged: restore the backup that the signer's log names",
} as const;

const WHAT: Record<CaExpiry['what'], string> = {
  'root-ca': 'root CA',
  'signing-ca': 'signing CA',
  'former-ca': 'former CA',
  'root-crl': 'list of the root',
  'signing-crl': 'list of the signing CA',
  'former-crl': 'list of a former CA',
  ocsp: 'OCSP certificate',
};

function describe(status: SignerStatus, expiries: readonly CaExpiry[], front: FrontExpiry | null): string {
  const { state, lockedBecause, since, signingCa, issued, revoked } = status;
  const lines = [
    `Signing key: ${state} since ${since}${lockedBecause ? ` (${BECAUSE[lockedBecause]})` : ''}`,
  ];
  for (const former of status.formerKeys) {
    lines.push(`Former key:  ${former.keyId} ${former.state}, needed until ${former.lastEnd.slice(0, 10)}`);
  }
  if (signingCa !== undefined) {
    const { subject, keyLabel } = parseCertificate(Buffer.from(signingCa, 'base64'));
    lines.push(`Signing CA:  ${subject}, ${keyLabel}`);
  }
  lines.push(`Approval:    ${status.approvalMode}, by ${status.approvalCount}`);
  lines.push(`Issued:      ${issued} certificates, ${revoked} revoked`);
  const rows = [
    ...expiries.map(({ what, name, end, daysLeft }) => ({ end, daysLeft, what: WHAT[what], name })),
    ...(front === null ? [] : [{ ...front, what: "this site's server certificate", name: front.file }]),
  ]
    .sort((a, b) => a.end.localeCompare(b.end))
    .map(({ end, daysLeft, what, name }) => [String(daysLeft), end.slice(0, 10), what, name]);
  if (rows.length > 0) lines.push('', table(['DAYS LEFT', 'ENDS', 'WHAT', 'NAME'], rows));
  return lines.join('\n');
}
