import { z } from 'zod';

import type { Ctx } from '../ctx';
import { approvableRequests, type ApprovableRow } from '../db/approvable-requests';
import { insertOneTimeSecret } from '../db/one-time-secrets';
import { passkeysOf } from '../db/passkeys';
import { HubgateError, type ErrorCode } from '../errors';
import { requirePermission } from '../identity/authorise';
import { relyingParty } from '../identity/relying-party';
import { secretHash } from '../identity/secret-hash';
import { requirePerson } from '../identity/authorise';
import type { TouchQuestion } from '../identity/touch-answer';
import { approvalTree } from '../wire/approval-tree';
import { approvalChallenge } from '../wire/passkey-approval';
import { approvalEnd } from './approval-times';
import { BULK_MAX } from './approve-requests';
import { contentFor } from './approved-content';
import { issuingCa } from './issuing-ca';
import { refreshFindings } from './refresh-findings';
import { isOwn, notFound } from './transition';

/** One request of a touch, with what the approver chose beside it. */
const Wish = z.strictObject({
  id: z.string(),
  version: z.int(),
  vouchEmail: z.boolean(),
  confirmTakeover: z.boolean(),
});

/** What was touched for, kept until the touch comes back. The order is that of the tree's leaves. */
export const BegunTouch = z.strictObject({
  userId: z.string(),
  approvedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
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

const MINUTES = 10;

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
  if (input.requests.length === 0 || input.requests.length > BULK_MAX) {
    throw new HubgateError('http.invalid', `Choose between 1 and ${BULK_MAX} requests.`, { field: 'id' });
  }
  const allow = await acceptedPasskeys(ctx, person.userId);
  if (!input.single) await refreshFindings(ctx);
  const wishes = new Map(input.requests.map((one) => [one.id, one]));
  const rows = await approvableRequests(ctx.db, [...wishes.keys()]); // by id: the order of the leaves
  const ca = await issuingCa(ctx);
  const leaves: BegunTouch['leaves'] = [];
  const skipped: TouchWish['skipped'] = [];
  const known = new Set(rows.map(({ id }) => id));
  for (const id of wishes.keys()) if (!known.has(id)) skipped.push({ id, code: 'request.not-found' });
  for (const row of rows) {
    const wish = wishes.get(row.id);
    const code = obstacle(ctx, row, wish?.version, input.single);
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

  const approvedAt = ctx.now();
  const expiresAt = approvalEnd(approvedAt);
  const { root } = approvalTree(leaves.map(({ digest }) => digest));
  const challenge = approvalChallenge({
    root,
    approvedAt: approvedAt.getTime(),
    expiresAt: expiresAt.getTime(),
  });
  const begun: BegunTouch = {
    userId: person.userId,
    approvedAt: approvedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    single: input.single,
    leaves,
  };
  await insertOneTimeSecret(ctx.db, {
    kind: 'touch',
    // Two approvers may be asked for the same within one millisecond: a secret of each.
    secretHash: touchHash(challenge, person.userId),
    payload: begun,
    now: approvedAt,
    expiresAt: new Date(approvedAt.getTime() + MINUTES * 60_000),
  });
  const { rpId } = relyingParty(ctx.config);
  return { challenge, rpId, allow, timeoutMs: MINUTES * 60_000, count: leaves.length, skipped };
}

/** Under what a begun touch is kept. */
export function touchHash(challenge: string, userId: string): string {
  return secretHash(`${challenge}\n${userId}`);
}

/** Asked of the signer: a touch that it does not take would only be found out when it signs. */
async function acceptedPasskeys(ctx: Ctx, userId: string): Promise<string[]> {
  const [own, { persons }] = await Promise.all([passkeysOf(ctx.db, userId), ctx.signer.approvers()]);
  const accepted = new Set(
    persons.find(({ id }) => id === `user:${userId}`)?.passkeys.map(({ credentialId }) => credentialId),
  );
  const allow = own.map(({ id }) => id).filter((id) => accepted.has(id));
  if (allow.length > 0) return allow;
  throw new HubgateError(
    own.length === 0 ? 'passkey.not-found' : 'passkey.not-accepted',
    own.length === 0
      ? 'You have no passkey yet. Register one on your own page, /account; an operator then accepts it.'
      : 'No operator has accepted your passkey at the signer yet. Read them its fingerprint from your own page, /account.',
  );
}

function obstacle(
  ctx: Ctx,
  row: ApprovableRow,
  version: number | undefined,
  single: boolean,
): ErrorCode | null {
  if (row.state !== 'SUBMITTED') return 'request.state';
  if (version !== row.version) return 'request.version';
  if (isOwn(ctx, row)) return 'request.own';
  return single || row.finding === 'clean' ? null : 'request.flagged';
}

function refusalOf(code: ErrorCode): HubgateError {
  if (code === 'request.not-found') return notFound();
  return new HubgateError(
    code,
    'None of these requests can be approved as they stand now. Load the page again to see what happened.',
  );
}
