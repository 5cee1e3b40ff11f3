import { certificateView } from '../certificates/certificate-view';
import type { Ctx } from '../ctx';
import { isRequestOf, ownRequests } from '../db/own-requests';
import type { CertificateView, RequesterView } from './views';

/** More than anybody reads; what is older opens by its number. */
const OWN_MAX = 200;

export type OwnRequest = Pick<RequesterView, 'id' | 'state' | 'commonName' | 'label' | 'createdAt'> & {
  certificate: CertificateView | null;
};

/**
 * The requests whose pick-up secret this browser has shown, and those of who is signed in, from whatever
 * browser; newest first. Nobody else's: a stranger's list is empty.
 */
export async function listOwnRequests(ctx: Pick<Ctx, 'actor' | 'db' | 'now'>): Promise<OwnRequest[]> {
  const { actor } = ctx;
  if (actor.kind !== 'owner') return [];
  const { requestIds: ids, userId } = actor.proofs;
  if (ids.length === 0 && userId === null) return [];
  const rows = await ownRequests(ctx.db, { ids, userId, limit: OWN_MAX });
  const now = ctx.now();
  return rows.map(({ certificate, ...row }) => ({
    id: row.id,
    state: row.state as RequesterView['state'],
    commonName: row.commonName,
    label: row.label,
    createdAt: row.createdAt.toISOString(),
    certificate: certificate === null ? null : certificateView(certificate, { issuer: '', now }),
  }));
}

/** Whether the person who is signed in sent this request. */
export async function isOwnRequest(ctx: Pick<Ctx, 'actor' | 'db'>, id: string): Promise<boolean> {
  const { actor } = ctx;
  return actor.kind === 'person' && isRequestOf(ctx.db, { id, userId: actor.userId });
}
