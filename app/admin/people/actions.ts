'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';

import { ROLES } from '#lib/ctx';
import { action, wordedRefusal, formAction } from '#lib/http/action';
import { openPage } from '#lib/http/page';
import { createApiToken, revokeApiToken } from '#lib/identity/api-tokens';
import { setPersonDisabled, setPersonRoles } from '#lib/identity/person-access';

const DAY_MS = 86_400_000;
const OneRole = z.enum(ROLES);

const Roles = z
  .union([OneRole, z.array(OneRole)])
  .optional()
  .transform((value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]));
const Login = z.string().min(1).max(100);

const setRoles = action({
  access: 'people.manage',
  audit: 'person.roles',
  input: z.object({ login: Login, role: Roles }),
  run: (ctx, { login, role }) => setPersonRoles(ctx, { login, roles: role }),
});

/** Gives somebody exactly the ticked roles. */
export const changeRoles = formAction(setRoles, (state) => backToPeople(state, 'rolesChanged'));

const setAccess = action({
  access: 'people.manage',
  audit: 'person.disable',
  input: z.object({ login: Login, do: z.enum(['disable', 'enable']) }),
  run: (ctx, input) => setPersonDisabled(ctx, { login: input.login, disabled: input.do === 'disable' }),
});

/** Lets somebody sign in no more, or again. */
export const changeAccess = formAction(setAccess, (state) => backToPeople(state, 'accessChanged'));

/** A plain form shows no state of its own: what went wrong travels to the page it returns to. */
function backToPeople(state: { ok: boolean | null; code?: string }, done: string): never {
  redirect(
    state.ok === false
      ? `/admin/people?problem=${encodeURIComponent(state.code ?? '')}`
      : `/admin/people?done=${done}`,
  );
}

/** Makes a token; its text is in the answer to this call and nowhere else. */
export const makeToken = action({
  access: 'tokens.manage',
  audit: 'token.create',
  input: z.object({
    name: z.string().trim().min(1).max(60),
    role: Roles,
    days: z.enum(['', '30', '90', '365']).default('90'),
  }),
  run: async (ctx, input): Promise<{ name: string; token: string }> => {
    if (input.role.length === 0) {
      const { t } = await openPage();
      throw wordedRefusal(ctx.locale, t('admin.people.needRole'), 'role');
    }
    const made = await createApiToken(ctx, {
      name: input.name,
      roles: input.role,
      expiresAt: input.days === '' ? null : new Date(ctx.now().getTime() + Number(input.days) * DAY_MS),
    });
    return { name: made.name, token: made.token };
  },
});

const revokeNamed = action({
  access: 'tokens.manage',
  audit: 'token.revoke',
  input: z.object({ name: z.string().min(1).max(60) }),
  run: (ctx, input) => revokeApiToken(ctx, input),
});

/** Ends a token at once. */
export const revokeToken = formAction(revokeNamed, (state) => backToPeople(state, 'tokenRevoked'));
