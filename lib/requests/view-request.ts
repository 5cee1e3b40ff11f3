import { certificateView } from '../certificates/certificate-view';
import { issuerOf } from '../client-cert/ca-certificates';
import type { Ctx } from '../ctx';
import { approvalsOf } from '../db/approvals';
import { auditEventsOf } from '../db/audit-events';
import { certificateOfRequest } from '../db/certificates';
import { requestsWithEmail, requestsWithKey, requestsWithName, type RequestRow } from '../db/requests';
import { isHubgateError } from '../errors';
import { requirePermission } from '../identity/authorise';
import { parseCsr } from '../x509/csr';
import { toPem } from '../x509/pem';
import { groupsOf } from './account-facts';
import { lifetimeDays, stringList } from './approved-content';
import { issuingCa } from './issuing-ca';
import { previewRows, subjectOf } from './preview-rows';
import { ownRequests } from './own-request';
import { requestChecks } from './request-checks';
import { requestItem, storedChecks } from './request-item';
import { allowedActions, type RequestAction } from './states';
import { timelineOf } from './timeline';
import { loadRequest, stateOf } from './transition';
import type { ApproverView, EmailState, RelatedRequest } from './views';

/** What an approver does; the other actions of the table belong to the requester and to clocks. */
const APPROVER_ACTIONS: readonly RequestAction[] = [
  'approve',
  'unapprove',
  'reject',
  'ask',
  'edit',
  'retry',
  'start-signing',
];

/**
 * Everything an approver needs to decide on one request. While it is open, what the portal checks
 * beside the CSR (name, mailbox, key) is looked up afresh: it may have changed since it came in.
 *
 * @throws {HubgateError} `auth.*`, `request.not-found`
 */
export async function viewRequest(ctx: Ctx, input: { id: string }): Promise<ApproverView> {
  requirePermission(ctx, 'requests.read');
  const row = await loadRequest(ctx.db, input.id);
  const state = stateOf(row);
  const csr = parseCsr(row.csrDer);
  const ca = await issuingCa(ctx);
  const item = requestItem(row);
  const fresh =
    state === 'SUBMITTED' ? await requestChecks(ctx.db, ctx.config, row, storedChecks(row)) : null;
  const approvals = await approvalsOf(ctx.db, row.id, row.version);
  const certificate = await certificateOfRequest(ctx.db, row.id);
  const days = daysOrNone(ctx, {
    profile: row.profile,
    issuerNotAfter: ca.signing.notAfter,
    endsAt: row.endsAt,
  });
  const [asked] = csr.emails;
  return {
    ...item,
    ...fresh,
    own: (await ownRequests(ctx, ctx.db, [row])).has(row.id),
    sponsor:
      row.sponsor === null || row.sponsoredAt === null
        ? null
        : { name: row.sponsor, at: row.sponsoredAt.toISOString(), note: row.sponsorNote },
    account:
      row.accountAskedAt === null
        ? null
        : { name: row.accountName, groups: groupsOf(row), askedAt: row.accountAskedAt.toISOString() },
    reason: row.reason,
    question: row.question,
    failureCode: row.failureCode,
    csrPem: toPem('CERTIFICATE REQUEST', row.csrDer),
    csr: {
      subject: csr.subject,
      signatureAlgorithm: csr.signatureAlgorithm,
      keyLabel: csr.keyLabel,
      emails: [...csr.emails],
      dnsNames: [...csr.dnsNames],
      ipAddresses: [...csr.ipAddresses],
      ignoredExtensions: [...csr.ignoredExtensions],
    },
    preview: previewRows(ctx.config, {
      profile: item.profile,
      commonName: row.commonName,
      asked: {
        commonName: csr.commonName,
        email: asked ?? null,
        names: [...csr.dnsNames, ...csr.ipAddresses],
        subject: csr.subject,
      },
      email: row.email,
      emailState: row.emailState as EmailState,
      keyLabel: row.keyLabel,
      lifetimeDays: days,
      dnsNames: stringList(row.dnsNames),
      ipAddresses: stringList(row.ipAddresses),
      ignoredExtensions: csr.ignoredExtensions,
    }),
    subject: subjectOf(ctx.config, row.commonName),
    issuer: ca.signing.subject,
    lifetimeDays: days,
    approvals: approvals.map((one) => ({
      approver: one.approver,
      at: one.createdAt.toISOString(),
      comment: one.comment,
      method: one.method,
    })),
    approvalsNeeded: ctx.config.approval.count,
    related: await relatedRequests(ctx, row),
    timeline: timelineOf(await auditEventsOf(ctx.db, row.id), { forRequester: false }),
    actions: allowedActions(state).filter((action) => APPROVER_ACTIONS.includes(action)),
    certificate:
      certificate === null
        ? null
        : certificateView(certificate, { issuer: issuerOf(ca, certificate).subject, now: ctx.now() }),
  };
}

/** A page about an old request must open even when the CA has ended. */
function daysOrNone(ctx: Ctx, input: { profile: string; issuerNotAfter: Date; endsAt: Date | null }): number {
  try {
    return lifetimeDays(ctx, input);
  } catch (thrown) {
    if (isHubgateError(thrown)) return 0;
    throw thrown;
  }
}

async function relatedRequests(ctx: Ctx, row: RequestRow): Promise<RelatedRequest[]> {
  const [byKey, byName, byEmail] = await Promise.all([
    requestsWithKey(ctx.db, row.spkiSha256),
    requestsWithName(ctx.db, row.commonName),
    row.email === null ? [] : requestsWithEmail(ctx.db, row.email),
  ]);
  const related = new Map<string, RelatedRequest>();
  const add = (rows: typeof byKey, because: RelatedRequest['because']): void => {
    for (const one of rows) {
      if (one.id === row.id || related.has(one.id)) continue;
      related.set(one.id, {
        id: one.id,
        state: stateOf(one),
        commonName: one.commonName,
        email: one.email,
        createdAt: one.createdAt.toISOString(),
        because,
      });
    }
  };
  add(byKey, 'same-key');
  add(byName, 'same-name');
  add(byEmail, 'same-email');
  return [...related.values()].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1)).slice(0, 20);
}
