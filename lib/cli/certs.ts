import { resolve } from 'node:path';

import { Option, type Command } from 'commander';

import { findCertificate } from '../certificates/find-certificate';
import { listCertificates } from '../certificates/list-certificates';
import { revokeCertificate } from '../certificates/revoke-certificate';
import { HubgateError } from '../errors';
import type { CertificateView } from '../requests/views';
import { RevocationReason } from '../wire/messages';
import { fromPem } from '../x509/pem';
import { withCtx } from './context';
import { wholeNumber } from './numbers';
import { safe, table } from './table';
import { writeNewFile } from './write-new-file';

/** `hubgate certs list|show|revoke|export` */
export function register(program: Command): void {
  const certs = program.command('certs').description('issued certificates');
  certs
    .command('list')
    .description('newest first')
    .addOption(new Option('--state <state>').choices(['VALID', 'REVOKED', 'EXPIRED', 'SUPERSEDED']))
    .option('--q <text>', 'beginning of a serial, account, e-mail address or fingerprint')
    .option('--cursor <cursor>', 'where the last page ended')
    .addOption(new Option('--limit <n>', 'at most 200').argParser(wholeNumber(1, 200)).default(50))
    .action(
      (
        options: { state?: CertificateView['state']; q?: string; cursor?: string; limit: number },
        command: Command,
      ) =>
        withCtx(command, async (ctx, out) => {
          const page = await listCertificates(ctx, options);
          const rows = page.items.map((one) => [
            one.serial,
            one.state,
            one.commonName,
            one.keyLabel,
            one.notAfter.slice(0, 10),
          ]);
          const more = page.nextCursor === null ? '' : `\nMore: --cursor ${page.nextCursor}`;
          out.result(page, table(['serial', 'state', 'account', 'key', 'until'], rows) + more);
        }),
    );
  certs
    .command('show <serial>')
    .description('one certificate in full')
    .action((serial: string, _options: object, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const one = await findCertificate(ctx, { serial: serialOf(serial) });
        const lines = [
          ['serial', one.serial],
          ['state', one.state + (one.revocationReason === null ? '' : ` (${one.revocationReason})`)],
          ['subject', one.subject],
          ['issuer', one.issuer],
          ['e-mail', one.email ?? '–'],
          ['key', one.keyLabel],
          ['valid', `${one.notBefore} to ${one.notAfter}`],
          ['sha-256', one.fingerprintSha256],
          ['request', one.requestId ?? '–'],
        ];
        out.result(
          one,
          `${lines.map(([name, value]) => `${name?.padEnd(8)}  ${safe(value ?? '')}`).join('\n')}\n${one.pem}`,
        );
      }),
    );
  certs
    .command('revoke <serial>')
    .description('end a certificate: in the CRL, and at the gate at once')
    .addOption(
      new Option('--reason <reason>', 'RFC 5280').choices(RevocationReason.options).makeOptionMandatory(),
    )
    .action((serial: string, options: { reason: RevocationReason }, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const revoked = await revokeCertificate(ctx, { serial: serialOf(serial), reason: options.reason });
        out.result(revoked, `${revoked.serial} is revoked since ${revoked.revokedAt} (${revoked.reason}).`);
      }),
    );
  certs
    .command('export <serial>')
    .description('the certificate as a file, or on the standard output')
    .addOption(new Option('--form <form>').choices(['pem', 'der', 'chain']).default('pem'))
    .option('--out <file>')
    .action((serial: string, options: { form: string; out?: string }, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const one = await findCertificate(ctx, { serial: serialOf(serial) });
        const content =
          options.form === 'der'
            ? fromPem(one.pem, 'CERTIFICATE')
            : options.form === 'chain'
              ? one.pem + one.chain
              : one.pem;
        if (options.out === undefined) {
          if (out.json) {
            const text = typeof content === 'string' ? content : Buffer.from(content).toString('base64');
            out.result({ serial: one.serial, form: options.form, content: text }, '');
          } else if (typeof content !== 'string' && process.stdout.isTTY) {
            throw new HubgateError('config.value', 'DER is not for a terminal. Name a file with --out.', {
              field: 'out',
            });
          } else process.stdout.write(content);
          return;
        }
        const file = resolve(options.out);
        writeNewFile(file, content);
        out.result({ file, form: options.form }, `Written to ${file}.`);
      }),
    );
}

/** Serials as programs print them: upper or lower case, with colons or without. */
function serialOf(text: string): string {
  return text.toLowerCase().replaceAll(/[\s:]/g, '').replace(/^0x/, '');
}
