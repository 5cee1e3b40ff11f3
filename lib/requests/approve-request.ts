import { randomUUID } from 'node:crypto';

import { recordAudit } from '../audit/record-audit';
import { actorName, type Ctx } from '../ctx';
import { approvalsOf, insertApproval } from '../db/approvals';
import { findBlockedKey } from '../db/blocked-keys';
import type { Tx } from '../db/client';
import { inTransaction } from '../db/in-transaction';
import { enqueueMail } from '../db/outbox';
import { changeRequest, type RequestRow } from '../db/requests';
import { HubgateError } from '../errors';
import { siteLanguage } from '../i18n/site-language';
import { actorId, requirePermission } from '../identity/authorise';
import { isAmong } from '../identity/same-person';
import { sendsMail } from '../mail/sends-mail';
import type { PasskeyEvidence } from '../wire/passkey-approval';
import { requireAccountInUse } from './account-check';
import { approvalEnd } from './approval-times';
import { approvedContent } from './approved-content';
import { askBeforeDecision, storeFacts } from './ask-directory';
import { otherHolder } from './name-holder';
import { requireNotOwn } from './own-request';
import { requestChecks } from './request-checks';
import { storedChecks } from './request-item';
import type { RequestState } from './states';
import { loadRequest, nextState, requireVersion, stateOf, transition } from './transition';

export type ApproveInput = {
  id: string;
  /** The version that the decision was made on. */
  version?: number | undefined;
  comment?: string | undefined;
  /** The approver knows that the address belongs to the requester: it goes into the certificate. */
  vouchEmail?: boolean | undefined;
  /** The approver has made sure that the account name may pass to somebody else. */
  confirmTakeover?: boolean | undefined;
  /** The passkey's touch, where approvals need one: approve-touched.ts has it. */
  touched?: TouchedApproval | undefined;
};

/** One approval of a touch that was verified, for exactly the content with this digest. */
export type TouchedApproval = {
  digest: string;
  approvedAt: Date;
  expiresAt: Date;
  evidence: PasskeyEvidence;
};
const COMMENT_MAX = 1000;

/**
 * Approves exactly what would be issued for the request as it stands. With `approval.count = 2` the
 * first approval leaves it SUBMITTED.
 *
 * @throws {HubgateError} `auth.*`, `request.not-found`, `request.own`, `request.version`,
 *   `request.state`, `request.already-decided-by-you`, `request.takeover-needs-confirmation`,
 *   `approval.passkey-required`, `request.account-ended`, `csr.compromised-key`,
 *   `certificate.outlives-issuer`, `signer.ca-missing`
 */
export async function approveRequest(
  ctx: Ctx,
  input: ApproveInput,
): Promise<{ id: string; state: RequestState }> {
  requirePermission(ctx, 'requests.decide');
  requireTouch(ctx, input);
  const asked = await askBeforeDecision(ctx, input.id);
  return inTransaction(ctx.db, async (tx) => {
    const loaded = await loadRequest(tx, input.id);
    const row =
      asked?.commonName === loaded.commonName ? await storeFacts(ctx, tx, loaded, asked.facts) : loaded;
    await requireNotOwn(ctx, tx, row);
    requireVersion(row, input.version);
    nextState(stateOf(row), 'approve');
    await requireKeyNotBlocked(tx, row);
    requireAccountInUse(row);
    await requireNameFree(ctx, tx, row, input.confirmTakeover === true);
    return approveLoaded(ctx, tx, input, await vouched(ctx, tx, row, input.vouchEmail === true));
  });
}

async function approveLoaded(
  ctx: Ctx,
  tx: Tx,
  input: ApproveInput,
  row: RequestRow,
): Promise<{ id: string; state: RequestState }> {
  const approver = actorId(ctx.actor).slice(0, 64);
  const before = await approvalsOf(tx, row.id, row.version);
  const approvers = before.map((one) => one.approverId);
  if (await isAmong(tx, ctx.actor, approvers)) {
    throw new HubgateError(
      'request.already-decided-by-you',
      'You have approved this request already: a second person has to.',
    );
  }
  const now = ctx.now();
  const { touched } = input;
  const { content, digest } = await approvedContent(ctx, row);
  if (touched && touched.digest !== digest) {
    throw new HubgateError(
      'request.version',
      'What would be issued has changed since you were asked to touch your passkey. Read it again, then decide.',
    );
  }
  // Approvals of other content (a shorter life since yesterday, another CA) cannot add up with this one,
  // nor can those without a touch where one is needed.
  const standing = before
    .filter((one) => one.digest === digest && one.expiresAt > now)
    .filter(({ method }) => ctx.config.approval.require === 'session' || method === 'passkey');
  await insertApproval(tx, {
    id: randomUUID(),
    requestId: row.id,
    version: row.version,
    approverId: approver,
    approver: actorName(ctx.actor).slice(0, 128),
    digest,
    content: JSON.stringify(content),
    method: touched ? 'passkey' : 'session',
    evidence: touched ? JSON.stringify(touched.evidence) : null,
    comment: input.comment?.trim().slice(0, COMMENT_MAX) || null,
    vouchEmail: input.vouchEmail === true,
    createdAt: touched?.approvedAt ?? now,
    expiresAt: touched?.expiresAt ?? approvalEnd(now),
  });
  const enough = standing.length + 1 >= ctx.config.approval.count;
  const { auto, undoSeconds } = ctx.config.signing;
  const state = await transition(ctx, tx, {
    row,
    action: 'approve',
    to: enough ? 'APPROVED' : 'SUBMITTED',
    change: enough
      ? {
          decidedBy: actorName(ctx.actor),
          decidedAt: now,
          question: null,
          signAfter: auto ? new Date(now.getTime() + undoSeconds * 1000) : null,
        }
      : {},
    data: {
      digest,
      approvals: standing.length + 1,
      needed: ctx.config.approval.count,
      comment: input.comment ?? '',
      ...(touched ? { passkey: touched.evidence.credentialId } : {}),
      ...(input.vouchEmail === true ? { vouchEmail: true } : {}),
      ...(input.confirmTakeover === true ? { takeover: true } : {}),
    },
  });
  return { id: row.id, state };
}

/** Tokens, commands and forms without a touch approve nothing where the signer would not count it. */
function requireTouch(ctx: Ctx, input: ApproveInput): void {
  if (ctx.config.approval.require === 'session' || input.touched !== undefined) return;
  throw new HubgateError(
    'approval.passkey-required',
    'Approvals here need the touch of a passkey. Open the request on the portal, in a browser: ' +
      `${ctx.config.site.url}/admin/requests/${input.id}`,
  );
}

/** Reported as compromised since it came in: the signer would refuse the order anyhow. */
async function requireKeyNotBlocked(tx: Tx, row: RequestRow): Promise<void> {
  if ((await findBlockedKey(tx, row.spkiSha256)) === null) return;
  throw new HubgateError(
    'csr.compromised-key',
    'The key of this request was reported as compromised. Reject it, and ask for a request with a new key.',
    { field: 'csr' },
  );
}

/** The name belongs to its first holder: it passes only singly and knowingly, and the holder is told. */
async function requireNameFree(ctx: Ctx, tx: Tx, row: RequestRow, confirmed: boolean): Promise<void> {
  const holder = await otherHolder(tx, row);
  if (holder === null) return;
  if (!confirmed) {
    throw new HubgateError(
      'request.takeover-needs-confirmation',
      `The account name ${row.commonName} belongs to somebody else. Open the request alone and confirm the takeover.`,
      { field: 'confirmTakeover', params: { name: row.commonName, holder: holder.reference } },
    );
  }
  await recordAudit(ctx, tx, {
    action: 'request.takeover',
    target: row.id,
    data: { commonName: row.commonName, from: holder.reference },
  });
  if (holder.email === null || !sendsMail(ctx.config, 'account-taken-over')) return;
  await enqueueMail(tx, {
    recipient: holder.email,
    template: 'account-taken-over',
    locale: holder.locale ?? siteLanguage(ctx.config),
    vars: { id: row.id, commonName: row.commonName, contact: ctx.config.site.contact },
    dedupeKey: `account-taken-over/${row.id}`,
    now: ctx.now(),
  });
}

/** Vouching changes what will be issued, so approvals given before are of something else: new version. */
async function vouched(ctx: Ctx, tx: Tx, row: RequestRow, vouch: boolean): Promise<RequestRow> {
  if (!vouch || row.emailState !== 'unproven') return row;
  const changed = { ...row, emailState: 'vouched', version: row.version + 1 };
  const { checks, finding } = await requestChecks(tx, ctx.config, changed, storedChecks(row));
  const change = {
    emailState: 'vouched',
    version: changed.version,
    checks: JSON.stringify(checks),
    finding,
    updatedAt: ctx.now(),
  };
  await changeRequest(tx, { id: row.id, from: stateOf(row), change });
  return { ...row, ...change };
}
