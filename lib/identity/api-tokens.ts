import { randomUUID } from 'node:crypto';

import { recordAudit } from '../audit/record-audit';
import { actorName, type Ctx, type Role } from '../ctx';
import { findApiTokenByName, insertApiToken, listApiTokens, revokeApiTokenRow } from '../db/api-tokens';
import { inTransaction } from '../db/in-transaction';
import { HubgateError } from '../errors';
import { requirePermission } from './authorise';
import { API_TOKEN_PREFIX } from './read-api-token';
import { readRoles } from './roles';
import { freshSecret, secretHash } from './secret-hash';

export type ApiTokenView = {
  id: string;
  name: string;
  roles: Role[];
  createdBy: string;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  revokedAt: string | null;
};

/**
 * Makes an API token. It is shown this once; only its hash is kept.
 *
 * @throws {HubgateError} `auth.name-taken`, `http.invalid`
 */
export async function createApiToken(
  ctx: Ctx,
  input: { name: string; roles: readonly Role[]; expiresAt: Date | null },
): Promise<ApiTokenView & { token: string }> {
  requirePermission(ctx, 'tokens.manage');
  const name = input.name.trim();
  if (!/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}$/.test(name)) {
    throw new HubgateError('http.invalid', 'A token name has 1 to 60 letters, digits, blanks and . _ -', {
      field: 'name',
      params: { reason: 'token-name' },
    });
  }
  const token = `${API_TOKEN_PREFIX}${freshSecret()}`;
  const row = {
    id: randomUUID(),
    name,
    secretHash: secretHash(token),
    roles: JSON.stringify([...new Set(input.roles)]),
    createdBy: actorName(ctx.actor),
    createdAt: ctx.now(),
    expiresAt: input.expiresAt,
    lastUsedAt: null,
    revokedAt: null,
  };
  await inTransaction(ctx.db, async (tx) => {
    if ((await findApiTokenByName(tx, name)) !== null) {
      throw new HubgateError('auth.name-taken', `There is a token with the name ${name} already.`, {
        field: 'name',
        params: { login: name },
      });
    }
    await insertApiToken(tx, row);
    await recordAudit(ctx, tx, {
      action: 'token.create',
      target: `token:${name}`,
      outcome: 'done',
      data: { roles: input.roles.join(' ') },
    });
  });
  return { ...view(row), token };
}

/** Every token that was ever made, newest first. */
export async function listTokens(ctx: Ctx): Promise<ApiTokenView[]> {
  requirePermission(ctx, 'tokens.read');
  return (await listApiTokens(ctx.db)).map(view);
}

/**
 * Ends a token at once.
 *
 * @throws {HubgateError} `auth.token` when no live token has this name
 */
export async function revokeApiToken(ctx: Ctx, input: { name: string }): Promise<void> {
  requirePermission(ctx, 'tokens.manage');
  await inTransaction(ctx.db, async (tx) => {
    const row = await findApiTokenByName(tx, input.name);
    if (row === null || !(await revokeApiTokenRow(tx, { id: row.id, at: ctx.now() }))) {
      throw new HubgateError('auth.token', `There is no live token with the name ${input.name}.`, {
        field: 'name',
      });
    }
    await recordAudit(ctx, tx, {
      action: 'token.revoke',
      target: `token:${input.name}`,
      outcome: 'done',
      data: {},
    });
  });
}

function view(row: Awaited<ReturnType<typeof listApiTokens>>[number]): ApiTokenView {
  return {
    id: row.id,
    name: row.name,
    roles: readRoles(row.roles),
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}
