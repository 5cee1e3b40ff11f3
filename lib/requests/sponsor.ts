import { recordAudit } from '../audit/record-audit';
import type { Actor, Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { changeRequest, findRequest, type RequestRow } from '../db/requests';
import { HubgateError } from '../errors';
import { checkPrintable } from '../x509/subject-policy';
import { requireNotOwn } from './own-request';
import { requestChecks } from './request-checks';
import { storedChecks } from './request-item';
import type { RequestState } from './states';
import { loadRequest, notFound, stateOf } from './transition';

const NOTE_MAX = 500;

/** What a sponsor sees of a request: who asks, and who vouches already. */
export type SponsorView = {
  id: string;
  state: RequestState;
  commonName: string;
  name: string | null;
  email: string | null;
  note: string | null;
  createdAt: string;
  own: boolean;
  sponsor: { name: string; at: string; mine: boolean } | null;
};

/**
 * A request for whoever may vouch for the person. They have its id from the requester; nobody can
 * guess one.
 *
 * @throws {HubgateError} `auth.*`, `request.not-found`
 */
export async function viewForSponsor(ctx: Ctx, input: { id: string }): Promise<SponsorView> {
  const { userId } = requireSponsor(ctx);
  const row = await findRequest(ctx.db, input.id);
  if (row?.profile !== 'user') throw notFound();
  return {
    id: row.id,
    state: stateOf(row),
    commonName: row.commonName,
    name: row.name,
    email: row.email,
    note: row.note,
    createdAt: row.createdAt.toISOString(),
    own: row.requesterId === userId,
    sponsor: sponsorOf(row, userId),
  };
}

/** Who vouches, as others see it. */
export function sponsorOf(
  row: Pick<RequestRow, 'sponsor' | 'sponsorId' | 'sponsoredAt'>,
  userId: string | null = null,
): SponsorView['sponsor'] {
  const { sponsor, sponsorId, sponsoredAt } = row;
  if (sponsor === null || sponsoredAt === null) return null;
  return { name: sponsor, at: sponsoredAt.toISOString(), mine: sponsorId === userId };
}

/**
 * Says in one's own name that one knows the person, or takes that back. It decides nothing: an approver
 * reads it. While the request waits, the last who vouches counts.
 *
 * @throws {HubgateError} `auth.*`, `request.not-found`, `request.own`, `request.state`, `request.note`
 */
export async function sponsorRequest(
  ctx: Ctx,
  input: { id: string; vouch: boolean; note?: string | undefined },
): Promise<{ id: string }> {
  const { userId, name } = requireSponsor(ctx);
  const typed = input.note?.trim() ?? '';
  const note = typed === '' ? null : checkPrintable(typed, 'note', { maxLength: NOTE_MAX, lines: true });
  return inTransaction(ctx.db, async (tx) => {
    const row = await loadRequest(tx, input.id);
    if (row.profile !== 'user') throw notFound();
    await requireNotOwn(ctx, tx, row);
    if (row.state !== 'SUBMITTED') {
      throw new HubgateError(
        'request.state',
        `This request is ${row.state}: nobody needs to vouch for it any more.`,
        {
          params: { state: row.state, action: 'sponsor' },
        },
      );
    }
    if (!input.vouch && row.sponsorId !== userId) return { id: row.id };
    const change = input.vouch
      ? { sponsorId: userId, sponsor: name, sponsorNote: note, sponsoredAt: ctx.now() }
      : { sponsorId: null, sponsor: null, sponsorNote: null, sponsoredAt: null };
    const { checks, finding } = await requestChecks(tx, ctx.config, { ...row, ...change }, storedChecks(row));
    await changeRequest(tx, {
      id: row.id,
      from: 'SUBMITTED',
      change: { ...change, checks: JSON.stringify(checks), finding, updatedAt: ctx.now() },
    });
    await recordAudit(ctx, tx, {
      action: input.vouch ? 'request.sponsor' : 'request.unsponsor',
      target: row.id,
      data: { comment: note ?? '' },
    });
    return { id: row.id };
  });
}

/**
 * Only people, signed in by themselves: a token vouches for nobody.
 *
 * @throws {HubgateError} `auth.required`, `auth.forbidden`
 */
function requireSponsor(ctx: Pick<Ctx, 'actor' | 'config'>): Extract<Actor, { kind: 'person' }> {
  const { actor, config } = ctx;
  if (actor.kind !== 'person') throw new HubgateError('auth.required', 'Sign in to vouch for somebody.');
  const { sponsors } = config.requests;
  if (sponsors === 'nobody' || (sponsors === 'roles' && actor.roles.length === 0)) {
    throw new HubgateError('auth.forbidden', 'This centre does not let you vouch for guests.');
  }
  return actor;
}
