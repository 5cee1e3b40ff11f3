import type { Command } from 'commander';

import { ROLES, type Role } from '../ctx';
import { HubgateError } from '../errors';
import { listPeople } from '../identity/people';
import {
  createFirstAdminLink,
  createPersonLink,
  createResetLink,
  type SetupLink,
} from '../identity/setup-link';
import { withCtx, type Output } from './context';

/** `hubgate admin create|reset|list` */
export function register(program: Command): void {
  const admin = program.command('admin').description('the people who can sign in to the portal');
  admin
    .command('create')
    .description('print a one-time link by which a person sets login and password (24 h)')
    .option('--role <role>', `what they may do: ${ROLES.join(', ')}; repeatable`, collectRole, [])
    .action((options: { role: Role[] }, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const link =
          options.role.length > 0
            ? await createPersonLink(ctx, { roles: options.role })
            : ((await createFirstAdminLink(ctx)) ??
              (await createPersonLink(ctx, { roles: ['admin', 'approver', 'operator'] })));
        print(out, link, 'Open this to become an administrator');
      }),
    );
  admin
    .command('reset')
    .description('print a one-time link for a new password; ends all sessions of that person')
    .requiredOption('--login <login>', 'whose password')
    .action((options: { login: string }, command: Command) =>
      withCtx(command, async (ctx, out) => {
        print(
          out,
          await createResetLink(ctx, options),
          `Open this to set a new password for ${options.login}`,
        );
      }),
    );
  admin
    .command('list')
    .description('everybody who can sign in')
    .action((_options: unknown, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const people = await listPeople(ctx);
        const lines = people.map(
          (person) =>
            `${person.login}\t${person.roles.join(',')}\t${person.disabled ? 'disabled' : 'active'}\t${person.lastSignInAt ?? 'never signed in'}`,
        );
        out.result(
          { items: people },
          lines.length > 0 ? lines.join('\n') : 'Nobody yet. Run: hubgate admin create',
        );
      }),
    );
}

/** Reads one --role; several gather. */
export function collectRole(word: string, before: Role[] = []): Role[] {
  const role = ROLES.find((one) => one === word);
  if (role === undefined) {
    throw new HubgateError('http.invalid', `There is no role ${word}. Roles: ${ROLES.join(', ')}`, {
      field: 'role',
    });
  }
  return before.includes(role) ? before : [...before, role];
}

function print(out: Output, link: SetupLink, what: string): void {
  const { url, expiresAt } = link;
  out.result(
    { url, expiresAt: expiresAt.toISOString() },
    `${what}; it works once, until ${expiresAt.toISOString()}:\n\n  ${url}\n`,
  );
}
