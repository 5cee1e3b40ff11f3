import type { Command } from 'commander';

import type { Role } from '../ctx';
import { HubgateError } from '../errors';
import { createApiToken, listTokens, revokeApiToken } from '../identity/api-tokens';
import { collectRole } from './admin';
import { withCtx } from './context';

/** `hubgate token create|list|revoke` */
export function register(program: Command): void {
  const token = program.command('token').description('API tokens for programs');
  token
    .command('create')
    .description('make a token; it is shown this once')
    .requiredOption('--name <name>', 'what it is for')
    .requiredOption('--role <role>', 'what it may do; repeatable', collectRole)
    .option('--expires <life>', 'such as 30d, 12h or 1y; without it the token does not expire')
    .action((options: { name: string; role: Role[]; expires?: string }, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const created = await createApiToken(ctx, {
          name: options.name,
          roles: options.role,
          expiresAt: options.expires === undefined ? null : endOf(options.expires, ctx.now()),
        });
        out.note(
          `Token ${created.name} (${created.roles.join(', ')}), ${created.expiresAt ?? 'without an end'}. Keep it: it is not shown again.`,
        );
        out.result(created, created.token);
      }),
    );
  token
    .command('list')
    .description('every token, newest first')
    .action((_options: unknown, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const items = await listTokens(ctx);
        const lines = items.map((one) => {
          const state =
            one.revokedAt !== null ? 'revoked' : isOver(one.expiresAt, ctx.now()) ? 'expired' : 'live';
          return `${one.name}\t${one.roles.join(',')}\t${state}\t${one.lastUsedAt ?? 'never used'}`;
        });
        out.result({ items }, lines.length > 0 ? lines.join('\n') : 'No tokens.');
      }),
    );
  token
    .command('revoke')
    .description('end a token at once')
    .requiredOption('--name <name>', 'which one')
    .action((options: { name: string }, command: Command) =>
      withCtx(command, async (ctx, out) => {
        await revokeApiToken(ctx, options);
        out.result({ name: options.name, revoked: true }, `Token ${options.name} is revoked.`);
      }),
    );
}

function isOver(expiresAt: string | null, now: Date): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= now.getTime();
}

const UNIT_MS: Record<string, number> = {
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
};

/** @throws {HubgateError} `http.invalid` */
export function endOf(life: string, now: Date): Date {
  const [, count = '', unit = ''] = /^(\d{1,4})([hdwy])$/.exec(life.trim()) ?? [];
  const ms = Number(count) * (UNIT_MS[unit] ?? 0);
  if (ms < 1) {
    throw new HubgateError('http.invalid', `--expires ${life} is not a time such as 12h, 30d, 8w or 1y.`, {
      field: 'expires',
    });
  }
  return new Date(now.getTime() + ms);
}
