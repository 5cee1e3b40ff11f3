import { Option, type Command } from 'commander';

import { acceptAudit } from '../audit/accept-audit';
import { exportAudit } from '../audit/export-audit';
import { verifyAudit, type AuditProblem, type AuditVerdict } from '../audit/verify-audit';
import { connectSigner } from '../signer-client/client';
import { withCtx } from './context';
import { wholeNumber } from './numbers';

const PROBLEMS: Record<AuditProblem, string> = {
  gap: 'an event is missing',
  link: 'an event does not follow the one before it',
  hash: 'an event was changed',
  head: 'the end of the chain is missing or was added to',
  sealed: 'the chain is whole, but it is not the one that the signer sealed: somebody made it anew',
  truncated: 'events that the signer sealed are missing at the end',
  seals: "the signer's seals do not hold: their own chain or a signature is broken",
};

/** `hubgate audit verify|accept|export` */
export function register(program: Command): void {
  const audit = program.command('audit').description('the record of who did what');
  audit
    .command('verify')
    .description("check that no event was changed, removed, added or moved, also against the signer's seals")
    .option('--key <id>', "id of the signer's audit key as noted elsewhere: another one is a failure")
    .action((options: { key?: string }, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const verdict = await verifyAudit(ctx);
        const strange = strangeKeys(verdict, options.key);
        if (!verdict.ok || verdict.seals === null || strange.length > 0) process.exitCode = 1;
        out.result({ ...verdict, strangeKeys: strange }, describe(verdict, strange));
      }),
    );
  audit
    .command('accept')
    .description('go on after an older database was put back; what is missing stays told for ever')
    .requiredOption('--reason <text>', 'what happened, for whoever verifies the chain later')
    .action((options: { reason: string }, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const operator = connectSigner(ctx.paths.signerOperatorSocket);
        try {
          const reason = options.reason.trim().slice(0, 500);
          const accepted = await acceptAudit(ctx, { operator, reason });
          out.result(
            accepted,
            `The chain goes on from event ${accepted.from}. Every verification will say that events up to ` +
              `${accepted.lostThrough} were sealed and are gone.`,
          );
        } finally {
          operator.close();
        }
      }),
    );
  audit
    .command('export')
    .description('every event, oldest first, one JSON object per line or as CSV')
    .addOption(
      new Option('--after <seq>', 'only events after this number')
        .argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER))
        .default(0),
    )
    .addOption(new Option('--form <form>').choices(['jsonl', 'csv']).default('jsonl'))
    .action((options: { after: number; form: 'jsonl' | 'csv' }, command: Command) =>
      withCtx(command, async (ctx) => {
        const { after, form } = options;
        for await (const text of exportAudit(ctx, { filter: { afterSeq: after }, form })) {
          if (!process.stdout.write(text))
            await new Promise((drained) => process.stdout.once('drain', drained));
        }
      }),
    );
}

function strangeKeys(verdict: AuditVerdict, expected: string | undefined): string[] {
  const known = expected?.toLowerCase().replaceAll(/[\s:]/g, '');
  return known === undefined ? [] : (verdict.seals?.keyIds ?? []).filter((keyId) => keyId !== known);
}

function describe(verdict: AuditVerdict, strange: readonly string[]): string {
  const lines = verdict.ok
    ? [`All ${verdict.events} events hold. Head of the chain: ${verdict.head}`, ...sealLines(verdict)]
    : [
        `The chain breaks at ${place(verdict)}: ${PROBLEMS[verdict.problem]}. The ${verdict.events} events before hold.`,
        'Keep the database as it is and compare it with your last backup. If you put an older database back yourself: ' +
          'hubgate audit accept',
      ];
  for (const { at, by, reason, lost } of verdict.seals?.restarts ?? []) {
    const gone =
      lost === null ? '' : ` Events ${lost.from} to ${lost.through} of then were sealed and are gone.`;
    lines.push(`${at}: ${by} let the chain go on after an older database was put back (${reason}).${gone}`);
  }
  if (strange.length > 0) lines.push(`Sealed by another key than you named: ${strange.join(', ')}`);
  return lines.join('\n');
}

function place({ brokenAt, through }: Extract<AuditVerdict, { ok: false }>): string {
  return through > brokenAt ? `one of the events ${brokenAt} to ${through}` : `event ${brokenAt}`;
}

function sealLines({ seals, unsealed }: Extract<AuditVerdict, { ok: true }>): string[] {
  if (seals === null) {
    return [
      'NOT compared with the seals: the signer does not answer. Whoever owns the database could have made it anew.',
    ];
  }
  if (seals.count === 0)
    return ['Nothing is sealed yet: the portal has it done every minute while the signer runs.'];
  const rest = unsealed === 0 ? 'Nothing is unsealed.' : `Not sealed yet: ${unsealed} event(s) after it.`;
  return [
    `Sealed by the signer up to event ${seals.through} (${seals.at}, ${seals.count} seals). ${rest}`,
    `Audit key: ${seals.keyIds.join(', ')}`,
  ];
}
