import { type Command, Option } from 'commander';

import { previewRevocation, type RevocationPreview } from '../certificates/preview-revocation';
import { CertificateSelect } from '../certificates/revoke-body';
import { revokeCertificate } from '../certificates/revoke-certificate';
import { revokeCertificates } from '../certificates/revoke-certificates';
import type { Ctx } from '../ctx';
import { HubgateError } from '../errors';
import { connectSigner } from '../signer-client/client';
import { RevocationReason } from '../wire/records';
import { configOf, hostName, outputOf, withCtx, type Output } from './context';
import { wholeNumber } from './numbers';
import { safe, table } from './table';
import { openTerminal } from './terminal';

type RevokeOptions = { reason: RevocationReason; person?: string; key?: string; count?: number };

/** `hubgate certs revoke|release` */
export function registerRevoke(certs: Command): void {
  certs
    .command('revoke [serials...]')
    .description('at once at the gate, and in the next CRL; one, or all of a person or with a key')
    .addOption(new Option('--reason <reason>').choices(RevocationReason.options).default('unspecified'))
    .option('--person <who>', 'every certificate of this account or proven e-mail address')
    .option('--key <sha-256>', 'every certificate with this key, by the fingerprint of its public key')
    .addOption(
      new Option('--count <n>', 'how many that are, as shown without it').argParser(
        wholeNumber(1, 1_000_000),
      ),
    )
    .action((serials: string[], options: RevokeOptions, command: Command) =>
      withCtx(command, (ctx, out) => revoke(ctx, out, serials.map(serialOf), options)),
    );
  certs
    .command('release <serials...>')
    .description("end a hold; on the signer's host, by its operators")
    .action(release);
}

/** Serials as programs print them: upper or lower case, with colons or without. */
export function serialOf(text: string): string {
  return text.toLowerCase().replaceAll(/[\s:]/g, '').replace(/^0x/, '');
}

async function revoke(
  ctx: Ctx,
  out: Output,
  serials: readonly string[],
  options: RevokeOptions,
): Promise<void> {
  const { reason, person, key, count } = options;
  const [serial] = serials;
  if (serials.length === 1 && serial !== undefined && person === undefined && key === undefined) {
    const revoked = await revokeCertificate(ctx, { serial, reason });
    const along =
      revoked.siblings === undefined ? '' : ` With it, for the same key: ${revoked.siblings.join(', ')}.`;
    out.result(
      revoked,
      `${revoked.serial} is revoked since ${revoked.revokedAt} (${revoked.reason}).${along}`,
    );
    return;
  }
  const select = selectOf(serials, { person, key });
  const expectedCount = count ?? (await askCount(ctx, out, { select, reason }));
  const revoked = new Set<string>();
  for await (const event of revokeCertificates(ctx, { select, reason, expectedCount })) {
    if (event.event === 'batch') {
      for (const one of event.revoked) revoked.add(one.serial);
      out.note(`${event.done} of ${event.total}`);
    } else {
      const { unknown } = event;
      out.result(
        { count: revoked.size, serials: [...revoked], unknown, reason },
        `${revoked.size} certificates are revoked (${reason}).` +
          (unknown.length === 0 ? '' : ` Not in the signer's journal: ${unknown.join(', ')}.`),
      );
    }
  }
}

/** @throws {HubgateError} `http.invalid` unless certificates are named in exactly one way */
function selectOf(
  serials: readonly string[],
  { person, key }: { person: string | undefined; key: string | undefined },
): CertificateSelect {
  const wishes = [
    ...(serials.length > 0 ? [{ by: 'serials', serials }] : []),
    ...(person === undefined ? [] : [{ by: 'person', person }]),
    ...(key === undefined ? [] : [{ by: 'key', spkiSha256: serialOf(key) }]),
  ];
  const parsed = CertificateSelect.safeParse(wishes[0]);
  if (wishes.length !== 1 || !parsed.success) {
    throw new HubgateError(
      'http.invalid',
      'Name the certificates in one way: by serials, by --person NAME, or by --key with 64 hex digits.',
      { field: 'select' },
    );
  }
  return parsed.data;
}

/** Shows what would happen and asks for the number; without a terminal it ends there. */
async function askCount(
  ctx: Ctx,
  out: Output,
  input: { select: CertificateSelect; reason: RevocationReason },
): Promise<number> {
  const preview = await previewRevocation(ctx, input);
  if (preview.count > 0 && !out.json && process.stdin.isTTY) {
    out.note(previewText(preview));
    const terminal = openTerminal(process.stdin, process.stderr);
    try {
      const typed = await terminal.ask(`Type ${preview.count} to revoke them`, '');
      return /^\d{1,7}$/.test(typed.trim()) ? Number(typed) : 0;
    } finally {
      terminal.close();
    }
  }
  out.result(preview, previewText(preview));
  throw new HubgateError(
    'certificate.count',
    preview.count === 0
      ? 'Nothing here can still be revoked.'
      : `Nothing was revoked. If that is what you mean, run it again with --count ${preview.count}.`,
    { field: 'count', params: { count: preview.count } },
  );
}

function previewText(preview: RevocationPreview): string {
  const { count, siblings, people, keepAnother, hubs, certificates } = preview;
  const rows = certificates.map((one) => [
    one.serial,
    safe(one.commonName),
    safe(one.label ?? '–'),
    one.notAfter.slice(0, 10),
    one.sibling ? 'same key' : one.onHold ? 'on hold' : '',
  ]);
  return [
    `${count} certificates of ${people} people would be revoked` +
      (siblings === 0 ? '.' : `, ${siblings} of them for having the same key.`),
    ...(keepAnother === 0 ? [] : [`${keepAnother} of these people keep another valid certificate.`]),
    ...hubs.map((hub) => `  shut out of ${hub.name}: ${hub.people} (${hub.access})`),
    table(['serial', 'account', 'device', 'until', ''], rows),
    ...(count > rows.length ? [`and ${count - rows.length} more`] : []),
  ].join('\n');
}

async function release(serials: string[], _options: object, command: Command): Promise<void> {
  const { paths } = configOf(command);
  const signer = connectSigner(paths.signerOperatorSocket);
  try {
    const done = await signer.release({
      serials: serials.map(serialOf),
      by: `host:${hostName()}`.slice(0, 128),
    });
    if (done.released.length === 0) {
      throw new HubgateError('certificate.state', `Not on hold: ${done.notHeld.join(', ')}.`, {
        field: 'serial',
        params: { state: 'not on hold' },
      });
    }
    outputOf(command).result(
      done,
      `The hold has ended: ${done.released.join(', ')}. Portal and gate hear of it within seconds.` +
        (done.notHeld.length === 0 ? '' : ` Not on hold: ${done.notHeld.join(', ')}.`),
    );
  } finally {
    signer.close();
  }
}
