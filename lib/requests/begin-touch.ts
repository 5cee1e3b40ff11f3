import { z } from 'zod';

import type { Ctx } from '../ctx';
import { approvableRequests, type ApprovableRow } from '../db/approvable-requests';
import { HubgateError, type ErrorCode } from '../errors';
import { requirePermission, requirePerson } from '../identity/authorise';
import type { TouchQuestion } from '../identity/touch-answer';
import { BULK_MAX } from './approve-requests';
import { contentFor } from './approved-content';
import { issuingCa } from './issuing-ca';
import { ownRequests } from './own-request';
import { refreshFindings } from './refresh-findings';
import { acceptedPasskeys, openTouch, TouchBasis } from './touch-question';
import { notFound } from './transition';

/** One request of a touch, with what the approver chose beside it. */
const Wish = z.strictObject({
  id: z.string(),
  version: z.int(),
  vouchEmail: z.boolean(),
  confirmTakeover: z.boolean(),
});

/** What was touched for, kept until the touch comes back. The order is that of the tree's leaves. */
export const BegunTouch = z.strictObject({
  ...TouchBasis,
  /** Opened and decided singly: findings do not keep it from being approved. */
  single: z.boolean(),
  leaves: z
    .array(z.strictObject({ ...Wish.shape, digest: z.string() }))
    .min(1)
    .max(BULK_MAX),
});
export type BegunTouch = z.infer<typeof BegunTouch>;

/** What the browser is asked; `allow` are the person's passkeys that the signer takes. */
export type TouchWish = TouchQuestion & {
  /** How many requests the touch approves. */
  count: number;
  skipped: { id: string; code: ErrorCode }[];
};

/**
 * Makes ready what one touch approves: exactly what would be issued for each of these requests as they
 * stand, in one tree (lib/wire/approval-tree.ts). Nothing is approved yet.
 *
 * @param input.single true for one request on its own page, with its findings before the approver
 * @throws {HubgateError} `auth.*`, `http.invalid`, `passkey.not-found` for a person without any,
 *   `passkey.not-accepted` when the signer takes none of theirs, `signer.down`, `signer.ca-missing`; for a
 *   single request, why it cannot be approved
 */
export async function beginTouch(
  ctx: Ctx,
  input: {
    requests: readonly { id: string; version: number; vouchEmail?: boolean; confirmTakeover?: boolean }[];
    single: boolean;
  },
): Promise<TouchWish> {
  requirePermission(ctx, 'requests.decide');
  const person = requirePerson(ctx);
  const chosen = input.requests.length;
  if (chosen === 0 || chosen > BULK_MAX) {
    throw new HubgateError('http.invalid', `Choose between 1 and ${BULK_MAX} requests.`, {
      field: 'id',
      params: chosen === 0 ? { reason: 'too-few', limit: 1 } : { reason: 'too-many', limit: BULK_MAX },
    });
  }
  const allow = await acceptedPasskeys(ctx, person.userId);
  if (!input.single) await refreshFindings(ctx);
  const wishes = new Map(input.requests.map((one) => [one.id, one]));
  const rows = await approvableRequests(ctx.db, [...wishes.keys()]); // by id: the order of the leaves
  const own = await ownRequests(ctx, ctx.db, rows);
  const ca = await issuingCa(ctx);
  const leaves: BegunTouch['leaves'] = [];
  const skipped: TouchWish['skipped'] = [];
  const known = new Set(rows.map(({ id }) => id));
  for (const id of wishes.keys()) if (!known.has(id)) skipped.push({ id, code: 'request.not-found' });
  for (const row of rows) {
    const wish = wishes.get(row.id);
    const code = own.has(row.id) ? 'request.own' : obstacle(row, wish?.version, input.single);
    if (code !== null) {
      skipped.push({ id: row.id, code });
      continue;
    }
    const vouchEmail = wish?.vouchEmail === true;
    const emailState = vouchEmail && row.emailState === 'unproven' ? 'vouched' : row.emailState;
    const { digest } = contentFor(ctx, ca, { ...row, emailState });
    const { id, version } = row;
    leaves.push({ id, version, vouchEmail, confirmTakeover: wish?.confirmTakeover === true, digest });
  }
  const [first] = skipped;
  if (leaves.length === 0 && first) throw refusalOf(first.code);

  const asked = await openTouch(ctx, {
    userId: person.userId,
    allow,
    leaves,
    more: { single: input.single },
  });
  return { ...asked, count: leaves.length, skipped };
}

function obstacle(row: ApprovableRow, version: number | undefined, single: boolean): ErrorCode | null {
  if (row.state !== 'SUBMITTED') return 'request.state';
  if (version !== row.version) return 'request.version';
  return single || row.finding === 'clean' ? null : 'request.flagged';
}

function refusalOf(code: ErrorCode): HubgateError {
  if (code === 'request.not-found') return notFound();
  return new HubgateError(
    code,
    'None of these requests can be approved as they stand now. Load the page again to see what happened.',
  );
}
