import { setTimeout as pause } from 'node:timers/promises';

import { Option, type Command } from 'commander';

import { acceptJournal, missingInJournal, type AcceptedJournal } from '../certificates/accept-journal';
import { watchJournal } from '../certificates/watch-journal';
import { isHubgateError } from '../errors';
import { connectSigner, type SignerClient } from '../signer-client/client';
import type { RelintReport } from '../wire/relint';
import { configOf, outputOf, withCtx } from './context';
import { wholeNumber } from './numbers';

const LOOK_MS = 500;

/** `hubgate ca relint|accept-journal|crl-number`, under `ca`. */
export function registerJournal(ca: Command): void {
  ca.command('relint')
    .description('check everything that was issued once more, now; every night it happens by itself')
    .option('--report', 'only say what the last one found')
    .action(relint);
  ca.command('accept-journal')
    .description("take the signer's journal for the right one after an old copy was put back")
    .option('--yes', 'accept it; without this, only what is missing is told')
    .action(accept);
  ca.command('crl-number')
    .description('give the next revocation list a higher number than this, after an old journal was put back')
    .addOption(
      new Option('--above <number>', 'the highest number that was ever issued')
        .argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER))
        .makeOptionMandatory(),
    )
    .option('--ca <key id>', 'of which signing CA; the active one unless named')
    .action(crlNumber);
}

async function relint(options: { report?: true }, command: Command): Promise<void> {
  const { paths } = configOf(command);
  const out = outputOf(command);
  const signer = connectSigner(options.report ? paths.signerWebSocket : paths.signerOperatorSocket);
  try {
    const report = options.report ? await signer.relintReport() : await lookAtAll(signer, out.note);
    const { last } = report;
    if (last && last.findings > 0) process.exitCode = 1;
    out.result(report, describe(report));
  } finally {
    signer.close();
  }
}

async function lookAtAll(signer: SignerClient, note: (text: string) => void): Promise<RelintReport> {
  let report = await signer.relint();
  for (let told = 0; report.running;) {
    const { checked, total } = report.running;
    const tenth = Math.floor((10 * checked) / Math.max(1, total));
    if (tenth > told) note(`${checked} of ${total} certificates …`);
    told = tenth;
    await pause(LOOK_MS);
    report = await signer.relintReport();
  }
  return report;
}

function describe({ last, running }: RelintReport): string {
  if (!last) {
    return running
      ? `The first look is at certificate ${running.checked} of ${running.total}.`
      : 'Nothing was looked at yet. The first look comes at night; or now: hubgate ca relint';
  }
  const head = `${last.checked} certificates, looked at until ${last.at}: ${last.findings === 0 ? 'all are as they must be' : `${last.findings} fault(s)`}.`;
  const more = last.findings > last.first.length ? [`… and ${last.findings - last.first.length} more`] : [];
  return [head, ...last.first.map(({ serial, kind, says }) => `  ${serial}  ${kind}: ${says}`), ...more].join(
    '\n',
  );
}

function accept(options: { yes?: true }, command: Command): Promise<void> {
  return withCtx(command, async (ctx, out) => {
    const { problem } = await watchJournal(ctx);
    if (problem === null) {
      out.result({ accepted: null }, 'The journal is the one that the portal knows. Nothing was changed.');
      return;
    }
    if (!options.yes) {
      const missing = await missingInJournal(ctx);
      process.exitCode = 1;
      out.result(
        { problem, missing },
        [
          problem.kind === 'other'
            ? `The signer has another journal: ${problem.reported.journalId}, and the portal knows ${problem.recorded.journalId}.`
            : `The signer's journal stands at ${problem.reported.sequence}; it stood at ${problem.recorded.sequence} before.`,
          missing.length === 0
            ? 'It has all of the newest certificates that the portal knows.'
            : `It lacks ${missing.length} certificate(s) that the portal knows: ${missing.slice(0, 10).join(', ')}${missing.length > 10 ? ', …' : ''}. ` +
              'They could not be put on a revocation list.',
          'If a newer backup of the journal exists, restore that one. If not: hubgate ca accept-journal --yes',
        ].join('\n'),
      );
      return;
    }
    const operator = connectSigner(ctx.paths.signerOperatorSocket);
    try {
      const reached = await operator.status().then(
        () => true,
        (error: unknown) => {
          if (!isHubgateError(error)) throw error;
          return false;
        },
      );
      const done = await acceptJournal(ctx, { operator: reached ? operator : null });
      out.result(done, told(done));
    } finally {
      operator.close();
    }
  });
}

function told({ accepted, revokedAgain, blockedAgain, missing, crlNumbers }: AcceptedJournal): string {
  return [
    `Accepted: journal ${accepted.journalId} at ${accepted.sequence}.`,
    `${revokedAgain} revocation(s) that it had lost were made again.`,
    `${blockedAgain} compromised key(s) that it had forgotten are blocked again.`,
    ...(missing.length === 0
      ? []
      : [
          `${missing.length} certificate(s) are not in it and cannot be revoked any more: ${missing.slice(0, 10).join(', ')}`,
        ]),
    ...crlNumbers
      .filter((one) => !one.told)
      .map(
        ({ caKeyId, above }) =>
          `Now, as the signer's operator: hubgate ca crl-number --above ${above} --ca ${caKeyId}`,
      ),
  ].join('\n');
}

async function crlNumber(options: { above: number; ca?: string }, command: Command): Promise<void> {
  const { paths } = configOf(command);
  const signer = connectSigner(paths.signerOperatorSocket);
  try {
    const caKeyId = options.ca ?? (await signer.status()).caKeyId ?? '';
    const number = await signer.raiseCrlNumber({ caKeyId, above: options.above });
    outputOf(command).result(
      { caKeyId, number },
      `The next revocation list of ${caKeyId} has number ${number + 1}.`,
    );
  } finally {
    signer.close();
  }
}
