import { Option, type Command } from 'commander';

import { exportAudit } from '../audit/export-audit';
import { verifyAudit } from '../audit/verify-audit';
import { withCtx } from './context';
import { wholeNumber } from './numbers';

const PROBLEMS = {
  gap: 'an event is missing',
  link: 'an event does not follow the one before it',
  hash: 'an event was changed',
  head: 'the end of the chain is missing or was added to',
} as const;

/** `hubgate audit verify|export` */
export function register(program: Command): void {
  const audit = program.command('audit').description('the record of who did what');
  audit
    .command('verify')
    .description('check that no event was changed, removed, added or moved')
    .action((_options: object, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const verdict = await verifyAudit(ctx);
        if (!verdict.ok) process.exitCode = 1;
        out.result(
          verdict,
          verdict.ok
            ? `All ${verdict.events} events hold. Head of the chain: ${verdict.head}`
            : `The chain breaks at event ${verdict.brokenAt}: ${PROBLEMS[verdict.problem]}. ` +
                'Keep the database as it is and compare it with your last backup.',
        );
      }),
    );
  audit
    .command('export')
    .description('every event, oldest first, one JSON object per line')
    .addOption(
      new Option('--after <seq>', 'only events after this number')
        .argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER))
        .default(0),
    )
    .action((options: { after: number }, command: Command) =>
      withCtx(command, async (ctx) => {
        for await (const event of exportAudit(ctx, { afterSeq: options.after })) {
          process.stdout.write(`${JSON.stringify(event)}\n`);
        }
      }),
    );
}
