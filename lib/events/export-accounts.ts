import { randomBytes } from 'node:crypto';

import { csvLine } from '../audit/csv-line';
import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { progressOf, type Progress } from '../db/events';
import { inTransaction } from '../db/in-transaction';
import { loadOrganised } from './load-event';
import { participantView } from './view-event';

export const ACCOUNT_FORMATS = ['csv', 'newusers'] as const;
export type AccountFormat = (typeof ACCOUNT_FORMATS)[number];

/** 144 bits: more than anybody guesses, and shorter than what crypt() takes. */
const PASSWORD_BYTES = 18;

/**
 * The accounts of an event, for whoever makes them on the hubs.
 *
 * `newusers` is the input of newusers(8): it makes a password of whatever stands in the second field,
 * so that an empty or fixed one would be an open door. Each line gets a random one, which is in this
 * answer only: nobody stores or knows it, since people come in by certificate.
 *
 * @throws {HubgateError} `auth.required`, `event.not-found`
 */
export async function exportAccounts(
  ctx: Ctx,
  input: { id: string; format: AccountFormat },
): Promise<{ name: string; type: string; text: string }> {
  const { id, format } = input;
  const event = await loadOrganised(ctx, id);
  const rows = await progressOf(ctx.db, id);
  await inTransaction(ctx.db, (tx) =>
    recordAudit(ctx, tx, {
      action: 'event.export',
      target: event.id,
      data: { format, accounts: rows.length },
    }),
  );
  return format === 'csv'
    ? { name: `${id}.csv`, type: 'text/csv; charset=utf-8', text: accountsCsv(rows) }
    : { name: `${id}.newusers`, type: 'text/plain; charset=utf-8', text: newusersLines(rows) };
}

function accountsCsv(rows: readonly Progress[]): string {
  const lines = rows.map((row) => {
    const { number, commonName, name, email, step, at } = participantView(row);
    return csvLine([number, commonName, name ?? '', email ?? '', step, at ?? '']);
  });
  return csvLine(['number', 'account', 'name', 'email', 'step', 'since']) + lines.join('');
}

/** passwd(5): `name:password:uid:gid:comment:home:shell`; uid and gid are left to newusers. */
export function newusersLines(rows: readonly Pick<Progress, 'commonName' | 'name'>[]): string {
  return rows
    .map(({ commonName, name }) => {
      const password = randomBytes(PASSWORD_BYTES).toString('base64url');
      return `${commonName}:${password}:::${commentOf(name)}:/home/${commonName}:/bin/bash\n`;
    })
    .join('');
}

/** Colons end a field, commas a part of the comment (chfn(1)). */
function commentOf(name: string | null): string {
  return (name ?? '').replaceAll(/[:,=\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
}
