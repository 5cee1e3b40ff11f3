import type { Command } from 'commander';

import { configOf, outputOf, withCtx } from './context';
import { checkHouse, checkInstance, type Finding } from './doctor-checks';

/** `hubgate doctor`: looks at everything that an installation needs and says what to do about it. */
export function register(program: Command): void {
  program
    .command('doctor')
    .description(
      'check configuration, folders, database, signer, maps, clock and TLS; exits with 1 if anything is wrong',
    )
    .action(async (_options: object, command: Command) => {
      const loaded = configOf(command);
      const findings: Finding[] = await checkHouse(loaded);
      try {
        await withCtx(command, async (ctx) => {
          findings.push(...(await checkInstance(ctx)));
          await ctx.db.close();
        });
      } catch (thrown) {
        findings.push({
          check: 'database',
          level: 'bad',
          says: thrown instanceof Error ? thrown.message : String(thrown),
        });
      }
      const bad = findings.filter(({ level }) => level === 'bad').length;
      const marks = { ok: 'ok  ', warn: 'warn', bad: 'BAD ' } as const;
      outputOf(command).result(
        { ok: bad === 0, findings },
        [
          ...findings.map(({ check, level, says }) => `${marks[level]}  ${check.padEnd(14)} ${says}`),
          bad === 0 ? 'Nothing is wrong.' : `${bad} of ${findings.length} checks failed.`,
        ].join('\n'),
      );
      if (bad > 0) process.exitCode = 1;
    });
}
