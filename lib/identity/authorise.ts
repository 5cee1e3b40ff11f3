import type { Actor, Ctx, OwnProofs } from '../ctx';
import { HubgateError } from '../errors';
import { allows, rolesOf, type Permission } from './role-table';

/**
 * What an approver does that opens the gate, and what makes approvers or programs that act as one: for
 * this a provider may have to ask for more.
 */
export const STRONG = ['requests.decide', 'people.manage', 'tokens.manage'] as const satisfies Permission[];
const NEEDS_STRONG: ReadonlySet<Permission> = new Set(STRONG);

/**
 * Refuses unless one of the actor's roles has the permission (lib/identity/role-table.ts). The first
 * line of every verb.
 *
 * Commands on the host and the portal's own clocks may do what any role may: whoever runs them
 * owns the database anyhow.
 *
 * @throws {HubgateError} `auth.required` for a stranger, `auth.forbidden` for somebody without such a role,
 *   `auth.step-up` for who signed in by a way that is not enough to decide
 */
export function requirePermission(ctx: Pick<Ctx, 'actor'>, permission: Permission): void {
  const { actor } = ctx;
  if (actor.kind === 'host' || actor.kind === 'system') return;
  if (
    actor.kind === 'visitor' ||
    actor.kind === 'requester' ||
    actor.kind === 'holder' ||
    actor.kind === 'owner'
  ) {
    throw new HubgateError('auth.required', 'Sign in, or send an API token as a bearer token.');
  }
  if (!allows(actor.roles, permission)) {
    const roles = rolesOf(permission);
    throw new HubgateError(
      'auth.forbidden',
      `This needs the role ${roles.join(' or ')}, which you do not have.`,
      { params: { role: roles.join(', ') } },
    );
  }
  if (actor.kind === 'person' && actor.session?.stepUp !== undefined && NEEDS_STRONG.has(permission)) {
    throw new HubgateError('auth.step-up', 'Confirm who you are first: sign in by the stronger way.', {
      params: { provider: actor.session.stepUp },
    });
  }
}

/**
 * Refuses unless a person is signed in, whatever their roles: for what is their own.
 *
 * @throws {HubgateError} `auth.required`
 */
export function requirePerson(ctx: Pick<Ctx, 'actor'>): Extract<Actor, { kind: 'person' }> {
  if (ctx.actor.kind === 'person') return ctx.actor;
  throw new HubgateError('auth.required', 'Sign in first.');
}

/**
 * Refuses unless the actor showed the pick-up secret of exactly this request.
 *
 * @throws {HubgateError} `request.not-found`: a stranger does not learn whether the id exists
 */
export function requireRequester(ctx: Pick<Ctx, 'actor'>, requestId: string): void {
  const { actor } = ctx;
  if (actor.kind === 'host' || actor.kind === 'system') return;
  if (actor.kind === 'requester' && actor.requestId === requestId) return;
  throw new HubgateError('request.not-found', 'No such request, or the pick-up secret does not open it.');
}

/**
 * Refuses unless the actor proved to hold a certificate that is in force.
 *
 * @returns its serial and common name
 * @throws {HubgateError} `auth.no-certificate`
 */
export function requireHolder(ctx: Pick<Ctx, 'actor'>): { serial: string; commonName: string } {
  const { actor } = ctx;
  if (actor.kind === 'holder') return { serial: actor.serial, commonName: actor.commonName };
  throw new HubgateError('auth.no-certificate', 'Show the certificate that this is about.');
}

/**
 * What the actor has proven about whose certificates they may take back themselves. Which certificates
 * these are is asked together with the query for them, so that nobody gets hold of a row unasked.
 *
 * @throws {HubgateError} `auth.required` for who has proven nothing
 */
export function requireOwner(ctx: Pick<Ctx, 'actor'>): OwnProofs {
  const { actor } = ctx;
  const nothing: OwnProofs = { requestIds: [], serial: null, email: null, userId: null };
  const proofs =
    actor.kind === 'owner'
      ? actor.proofs
      : actor.kind === 'requester'
        ? { ...nothing, requestIds: [actor.requestId] }
        : actor.kind === 'person'
          ? { ...nothing, userId: actor.userId }
          : actor.kind === 'holder'
            ? { ...nothing, serial: actor.serial }
            : nothing;
  const { requestIds, serial, email, userId } = proofs;
  if (requestIds.length === 0 && serial === null && email === null && userId === null) {
    throw new HubgateError(
      'auth.required',
      'Show first whose certificates these are: by the certificate, the pick-up secret or a link to your mailbox.',
    );
  }
  return proofs;
}

/**
 * A stable id of who acts, for approvals: two decisions of one person count once, also when one of
 * them came by a token that this person made. The host's commands, and its tokens, are an actor of
 * their own.
 */
export function actorId(actor: Actor): string {
  switch (actor.kind) {
    case 'visitor':
      return 'visitor';
    case 'requester':
      return `requester:${actor.requestId}`;
    case 'holder':
      return `holder:${actor.serial}`;
    case 'owner':
      return 'owner';
    case 'person':
      return `user:${actor.userId}`;
    case 'token':
      return actor.madeBy;
    case 'host':
    case 'system':
      return `${actor.kind}:${actor.name}`;
  }
}
