import { readFileSync, statSync } from 'node:fs';

import { Option, type Command } from 'commander';

import { blockKey } from '../certificates/block-key';
import { checkKey } from '../certificates/check-key';
import { listBlockedKeys } from '../certificates/list-blocked-keys';
import { HubgateError } from '../errors';
import { spkiSha256 } from '../x509/key-id';
import { publicKeyOf } from '../x509/public-key-of';
import { withCtx } from './context';
import { wholeNumber } from './numbers';
import { safe, table } from './table';

/** A file with one key has a few KiB. */
const FILE_MAX_BYTES = 64 * 1024;

/** `hubgate keys block|list|check` */
export function register(program: Command): void {
  const keys = program.command('keys').description('keys that nobody gets a certificate for');
  keys
    .command('block')
    .description('block a key for ever: no request is taken, no order is signed with it')
    .argument('<key>', 'SHA-256 of the public key in hex, or a file: CSR, certificate or public key')
    .requiredOption('--reason <text>', 'how it became known to others')
    .action((key: string, options: { reason: string }, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const done = await blockKey(ctx, { spkiSha256: digestOf(key), reason: options.reason });
        const lines = [
          `${done.spkiSha256} ${done.fresh ? 'is blocked.' : 'was blocked already.'}`,
          ...done.certificates.map(
            ({ serial, commonName }) =>
              `A certificate has this key: ${serial} (${safe(commonName)}). Revoke it: ` +
              `hubgate certs revoke ${serial} --reason keyCompromise`,
          ),
        ];
        out.result(done, lines.join('\n'));
      }),
    );
  keys
    .command('list')
    .description('the keys that were blocked here, newest first')
    .option('--cursor <cursor>', 'where the last page ended')
    .addOption(new Option('--limit <n>', 'at most 1000').argParser(wholeNumber(1, 1000)).default(50))
    .action((options: { cursor?: string; limit: number }, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const page = await listBlockedKeys(ctx, options);
        const rows = page.items.map((one) => [
          one.spkiSha256,
          one.blockedAt.slice(0, 10),
          one.blockedBy,
          one.reason,
        ]);
        const more = page.nextCursor === null ? '' : `\nMore: --cursor ${page.nextCursor}`;
        out.result(page, table(['sha-256 of the key', 'since', 'by', 'reason'], rows) + more);
      }),
    );
  keys
    .command('check')
    .description('what intake would say of a key; exits with 1 if it would refuse it')
    .argument('<file>', 'a CSR, certificate or public key, PEM or DER')
    .action((file: string, _options: object, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const checked = await checkKey(ctx, { spki: publicKeyOf(readSmall(file)) });
        const lines = checked.checks.map(
          ({ ok, level, message }) => `${ok ? 'ok    ' : level.padEnd(6)}  ${safe(message)}`,
        );
        const head = `${checked.spkiSha256}${checked.key === null ? '' : `  ${checked.key}`}`;
        out.result(checked, [head, ...lines].join('\n'));
        if (!checked.ok) process.exitCode = 1;
      }),
    );
}

/** A hash, with or without colons, or the hash of the key in a file. */
function digestOf(text: string): string {
  const bare = text.toLowerCase().replaceAll(':', '');
  return /^[0-9a-f]{64}$/.test(bare) ? bare : spkiSha256(publicKeyOf(readSmall(text)));
}

function readSmall(file: string): Uint8Array {
  try {
    const { size } = statSync(file);
    if (size > FILE_MAX_BYTES) {
      throw new HubgateError('csr.too-large', `${file} is larger than ${FILE_MAX_BYTES / 1024} KiB.`, {
        field: 'file',
        params: { kib: FILE_MAX_BYTES / 1024 },
      });
    }
    return new Uint8Array(readFileSync(file));
  } catch (cause) {
    if (cause instanceof HubgateError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HubgateError('config.value', `${file} cannot be read: ${why}.`, { field: 'file', cause });
  }
}
