import { resolve } from 'node:path';

import { Option, type Command } from 'commander';

import { exportCertificate, type CertificateForm } from '../certificates/export-certificate';
import { findCertificate } from '../certificates/find-certificate';
import { listCertificates } from '../certificates/list-certificates';
import { HubgateError } from '../errors';
import type { CertificateView } from '../requests/views';
import { withCtx } from './context';
import { wholeNumber } from './numbers';
import { registerRevoke, serialOf } from './revoke';
import { safe, table } from './table';
import { writeNewFile } from './write-new-file';

/** `hubgate certs list|show|revoke|release|export` */
export function register(program: Command): void {
  const certs = program.command('certs').description('issued certificates');
  certs
    .command('list')
    .description('newest first')
    .addOption(new Option('--state <state>').choices(['VALID', 'REVOKED', 'EXPIRED', 'SUPERSEDED']))
    .option('--ended-accounts', 'in force, though the directory says that the account has ended or is gone')
    .option('--q <text>', 'beginning of a serial, account, e-mail address or fingerprint')
    .option('--cursor <cursor>', 'where the last page ended')
    .addOption(new Option('--limit <n>', 'at most 200').argParser(wholeNumber(1, 200)).default(50))
    .action(
      (
        options: {
          state?: CertificateView['state'];
          endedAccounts?: true;
          q?: string;
          cursor?: string;
          limit: number;
        },
        command: Command,
      ) =>
        withCtx(command, async (ctx, out) => {
          const { endedAccounts, ...filter } = options;
          const page = await listCertificates(ctx, {
            ...filter,
            ...(endedAccounts === true && { account: 'ended' }),
          });
          const rows = page.items.map((one) => [
            one.serial,
            one.state,
            one.commonName,
            safe(one.label ?? '–'),
            one.keyLabel,
            one.notAfter.slice(0, 10),
          ]);
          const more = page.nextCursor === null ? '' : `\nMore: --cursor ${page.nextCursor}`;
          out.result(page, table(['serial', 'state', 'account', 'device', 'key', 'until'], rows) + more);
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
          ['device', one.label ?? '–'],
          ['request', one.requestId ?? '–'],
        ];
        out.result(
          one,
          `${lines.map(([name, value]) => `${name?.padEnd(8)}  ${safe(value ?? '')}`).join('\n')}\n${one.pem}`,
        );
      }),
    );
  registerRevoke(certs);
  certs
    .command('export <serial>')
    .description('the certificate as a file, or on the standard output')
    .addOption(new Option('--form <form>').choices(['pem', 'der', 'chain']).default('pem'))
    .option('--out <file>')
    .action((serial: string, options: { form: CertificateForm; out?: string }, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const { form } = options;
        if (form === 'der' && options.out === undefined && !out.json && process.stdout.isTTY) {
          throw new HubgateError('config.value', 'DER is not for a terminal. Name a file with --out.', {
            field: 'out',
          });
        }
        const one = await exportCertificate(ctx, { serial: serialOf(serial), form });
        const { content } = one;
        if (options.out === undefined) {
          if (out.json) {
            const text = typeof content === 'string' ? content : Buffer.from(content).toString('base64');
            out.result({ serial: one.serial, form, content: text }, '');
          } else process.stdout.write(content);
          return;
        }
        const file = resolve(options.out);
        writeNewFile(file, content);
        out.result({ file, form }, `Written to ${file}.`);
      }),
    );
}
