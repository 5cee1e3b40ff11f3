import { certificateView } from '../certificates/certificate-view';
import { chainOf, issuerOf } from '../client-cert/ca-certificates';
import type { Ctx } from '../ctx';
import { auditEventsOf } from '../db/audit-events';
import { certificateOfRequest, findCertificateRow } from '../db/certificates';
import type { RequestRow } from '../db/requests';
import { requireRequester } from '../identity/authorise';
import { toPem } from '../x509/pem';
import { issuingCa } from './issuing-ca';
import { sponsorOf } from './sponsor';
import { allowedActions, type RequestAction, type RequestState } from './states';
import { timelineOf } from './timeline';
import { loadRequest, stateOf } from './transition';
import type { EmailState, RequesterView } from './views';

/** What the requester themself may do; the table says when. */
const REQUESTER_ACTIONS: readonly RequestAction[] = ['withdraw'];

/**
 * A request as its requester sees it: where it stands, who acts next, and the certificate.
 *
 * @throws {HubgateError} `request.not-found` unless the actor showed its pick-up secret
 */
export async function viewOwnRequest(ctx: Ctx, input: { id: string }): Promise<RequesterView> {
  requireRequester(ctx, input.id);
  const row = await loadRequest(ctx.db, input.id);
  const state = stateOf(row);
  const events = await auditEventsOf(ctx.db, row.id);
  return {
    id: row.id,
    state,
    reason: row.reason,
    question: row.question,
    commonName: row.commonName,
    email: row.email,
    emailState: row.emailState as EmailState,
    keyLabel: row.keyLabel,
    label: row.label,
    spkiSha256: row.spkiSha256,
    profile: row.profile === 'server' ? 'server' : 'user',
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    sponsor: sponsorOf(row),
    sponsorPath: maySponsor(ctx, row) ? `/sponsor/${row.id}` : null,
    directorySilent: state === 'SUBMITTED' && row.accountState === 'unreachable',
    timeline: timelineOf(events, { forRequester: true }),
    next: whoActsNext(row, state),
    actions: allowedActions(state).filter((action) => REQUESTER_ACTIONS.includes(action)),
    certificate: await issuedCertificate(ctx, row),
    renewed: await renewedCertificate(ctx, row),
  };
}

async function renewedCertificate(ctx: Ctx, row: RequestRow): Promise<RequesterView['renewed']> {
  if (row.renewsSerial === null) return null;
  const old = await findCertificateRow(ctx.db, row.renewsSerial);
  if (old === null) return null;
  const { serial, state, notAfter, label } = certificateView(old, { issuer: '', now: ctx.now() });
  return { serial, state, notAfter, label };
}

/** Who signed in themselves, or renews, is no guest. */
function maySponsor({ config }: Ctx, row: RequestRow): boolean {
  const guest = row.requesterId === null && row.renewsSerial === null && row.profile === 'user';
  return guest && row.state === 'SUBMITTED' && config.requests.sponsors !== 'nobody';
}

function whoActsNext(row: RequestRow, state: RequestState): RequesterView['next'] {
  switch (state) {
    case 'SUBMITTED':
      return row.question === null ? 'approver' : 'you';
    case 'APPROVED':
    case 'SIGNING':
      return 'signer';
    case 'FAILED':
      return 'approver';
    case 'ISSUED':
      return 'you';
    default:
      return 'nobody';
  }
}

async function issuedCertificate(ctx: Ctx, row: RequestRow): Promise<RequesterView['certificate']> {
  if (row.state !== 'ISSUED') return null;
  const certificate = await certificateOfRequest(ctx.db, row.id);
  if (certificate === null) return null;
  const ca = await issuingCa(ctx);
  const issuer = issuerOf(ca, certificate);
  const view = certificateView(certificate, { issuer: issuer.subject, now: ctx.now() });
  return {
    ...view,
    pem: toPem('CERTIFICATE', certificate.der),
    chain: chainOf(ca, issuer),
    fetchedAt: certificate.fetchedAt?.toISOString() ?? null,
    seenAt: certificate.seenAt?.toISOString() ?? null,
  };
}
