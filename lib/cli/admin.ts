import type { Command } from 'commander';

import { ROLES, type Role } from '../ctx';
import { HubgateError } from '../errors';
import { listPeople } from '../identity/people';
import { setPersonDisabled, setPersonRoles } from '../identity/person-access';
import {
  createFirstAdminLink,
  createPersonLink,
  createResetLink,
  type SetupLink,
} from '../identity/setup-link';
import { withCtx, type Output } from './context';

/** `hubgate admin create|reset|roles|disable|enable|list` */
export function register(program: Command): void {
  const admin = program.command('admin').description('the people who can sign in to the portal');
  admin
    .command('create')
    .description('print a one-time link by which a person sets login and password (24 h)')
    .option(
      '--role <role>',
      `what they may do: ${ROLES.join(', ')}; repeatable; without it admin, approver and operator`,
      collectRole,
      [],
    )
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
    .description('print a one-time link for a new password, which removes the second factors, too')
    .argument('[login]', 'whose password')
    .option('--login <login>', 'the same')
    .action((word: string | undefined, options: { login?: string }, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const login = word ?? options.login;
        if (login === undefined) {
          throw new HubgateError('http.invalid', 'Say whose: hubgate admin reset LOGIN', { field: 'login' });
        }
        print(
          out,
          await createResetLink(ctx, { login }),
          `Open this to set a new password for ${login}`,
          RESET_NOTE,
        );
      }),
    );
  admin
    .command('roles')
    .description('give a person exactly these roles; their sessions end')
    .argument('<login>', 'who')
    .option('--role <role>', `${ROLES.join(', ')}; repeatable; none: no role`, collectRole, [])
    .action((login: string, options: { role: Role[] }, command: Command) =>
      withCtx(command, async (ctx, out) => {
        await setPersonRoles(ctx, { login, roles: options.role });
        const words = options.role.length > 0 ? options.role.join(', ') : 'no role';
        out.result({ login, roles: options.role }, `${login} has ${words} from now on.`);
      }),
    );
  for (const [word, disabled] of [
    ['disable', true],
    ['enable', false],
  ] as const) {
    admin
      .command(word)
      .description(
        disabled ? 'let somebody sign in no more; sessions and tokens end' : 'let somebody in again',
      )
      .argument('<login>', 'who')
      .action((login: string, _options: unknown, command: Command) =>
        withCtx(command, async (ctx, out) => {
          await setPersonDisabled(ctx, { login, disabled });
          out.result(
            { login, disabled },
            `${login} may ${disabled ? 'not sign in any more' : 'sign in again'}.`,
          );
        }),
      );
  }
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

/** A reset is the portal's; who may approve is the signer's own list. */
const RESET_NOTE =
  'Opening it removes the second factors, passkeys too. The signer keeps those that it has accepted:\n' +
  'if a key is lost, remove it there as well (hubgate approvers remove).\n';

function print(out: Output, link: SetupLink, what: string, note?: string): void {
  const { url, expiresAt } = link;
  out.result(
    { url, expiresAt: expiresAt.toISOString() },
    `${what}; it works once, until ${expiresAt.toISOString()}:\n\n  ${url}\n${note === undefined ? '' : `\n${note}`}`,
  );
}
