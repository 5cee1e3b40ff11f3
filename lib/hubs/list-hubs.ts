import { z } from 'zod';

import type { Ctx } from '../ctx';
import { HubgateError } from '../errors';
import { eventGuests, type EventGuests } from '../events/event-guests';
import { admits } from './admits';
import { runningIndex, scanHubs, type HubSnapshot, type IndexedHub } from './hub-index';
import { HUB_STATES, HUB_WHYS } from './hub-state';
import { hubAccess } from './publish-maps';
import { currentNotices, type CurrentNotice } from './notices/current-notices';
import { concerns } from './notices/notice';
import { HUB_ICONS } from './registration-keys';

export const HubView = z.strictObject({
  name: z.string(),
  url: z.string(),
  description: z.string(),
  state: z.enum(HUB_STATES),
  since: z.iso.datetime(),
  /** Why it is in that state. */
  why: z.enum(HUB_WHYS),
  version: z.string().optional(),
  /** How long its last answer took. */
  latencyMs: z.int().min(0).optional(),
  /** What its registration file says of it, in its own words. */
  contact: z.string().optional(),
  documentation: z.url({ protocol: /^https?$/ }).optional(),
  access: z.string().optional(),
  resources: z.string().optional(),
  icon: z.enum(HUB_ICONS).optional(),
  announcement: z.string().optional(),
  /** Maintenance that administrators announced and that is not over; without `until` until further notice. */
  notices: z
    .array(
      z.strictObject({
        title: z.string(),
        text: z.string(),
        from: z.iso.datetime(),
        until: z.iso.datetime().optional(),
      }),
    )
    .optional(),
  /** Whether the gate leads to it; if not, its address is only listed. */
  routed: z.boolean(),
  /** Whether the certificate that the visitor shows opens it; absent when none was shown. */
  mayEnter: z.boolean().optional(),
});
export type HubView = z.infer<typeof HubView>;
export const HubList = z.strictObject({ hubs: z.array(HubView) });
export type HubList = z.infer<typeof HubList>;

/** Who asks, as far as a client certificate tells: null when none was shown. */
export type HubVisitor = {
  accepted: boolean;
  commonName: string | null;
  /** Organizational units of the certificate. */
  units?: readonly string[];
} | null;

/**
 * Whether somebody may see the hubs at all; every page and file about them asks first.
 *
 * @throws {HubgateError} `auth.no-certificate` when `hubs.visibility` is "certificate" and the
 *   visitor shows no valid one
 */
export function requireHubSight(ctx: Pick<Ctx, 'actor' | 'config'>, visitor: HubVisitor): void {
  const known = ['person', 'token', 'host', 'system'].includes(ctx.actor.kind);
  if (ctx.config.hubs.visibility !== 'certificate' || known || visitor?.accepted === true) return;
  throw new HubgateError(
    'auth.no-certificate',
    'The hubs are listed only for who shows a valid client certificate. Get one at /certs/new, then open this page at the gate.',
  );
}

/** The snapshot that everything is read from: of the running index, or of the folder as it is now. */
export async function currentHubs(ctx: Pick<Ctx, 'config' | 'paths' | 'now'>): Promise<HubSnapshot> {
  return runningIndex()?.snapshot() ?? (await scanHubs(ctx, ctx.now().getTime()));
}

/**
 * The registered hubs, by name.
 *
 * @param input.access `shared`: who may enter as it was up to a second ago, asked once for all who
 *   follow the list; without it, as it is now
 * @throws {HubgateError} as `requireHubSight`
 */
export async function listHubs(
  ctx: Pick<Ctx, 'actor' | 'config' | 'paths' | 'db' | 'now'>,
  input: { visitor: HubVisitor; access?: 'shared' },
): Promise<HubList> {
  const { visitor } = input;
  requireHubSight(ctx, visitor);
  const snapshot = await currentHubs(ctx);
  const { notices } = await currentNotices(ctx);
  const plain = viewsOf(snapshot);
  const hubs = notices.length === 0 ? plain : plain.map((view) => withNotices(view, notices));
  if (visitor === null) return { hubs };
  const { entries, guests } =
    input.access === 'shared'
      ? await sharedAccess(ctx, snapshot)
      : await accessNow(ctx, snapshot, visitor.commonName ?? undefined);
  return {
    hubs: snapshot.hubs.map((hub, index): HubView => {
      const entry = hub.route === null ? undefined : entries.get(hub.route);
      const listed = entry !== undefined && admits(entry, visitor, guests);
      const view = hubs[index] ?? viewOf(hub);
      return { ...view, mayEnter: visitor.accepted && hub.upstream !== null && listed };
    }),
  };
}

type AccessCtx = Parameters<typeof hubAccess>[0] & Pick<Ctx, 'now'>;
type Access = {
  /** By route. */
  entries: Map<string, Awaited<ReturnType<typeof hubAccess>>[number]>;
  guests: EventGuests;
};

/** @param name whose events are asked for; without it everybody's */
async function accessNow(ctx: AccessCtx, snapshot: HubSnapshot, name?: string): Promise<Access> {
  const [entries, guests] = await Promise.all([hubAccess(ctx, snapshot), eventGuests(ctx, { name })]);
  return { entries: new Map(entries.map((entry) => [entry.route, entry])), guests };
}

const SHARED_MS = 1000;
const shared = new WeakMap<HubSnapshot, { at: number; access: Promise<Access> }>();

function sharedAccess(ctx: AccessCtx, snapshot: HubSnapshot): Promise<Access> {
  const now = ctx.now().getTime();
  const known = shared.get(snapshot);
  if (known !== undefined && now - known.at < SHARED_MS) return known.access;
  const access = accessNow(ctx, snapshot);
  shared.set(snapshot, { at: now, access });
  return access;
}

/** What everybody sees of a snapshot, made once for each. */
const views = new WeakMap<HubSnapshot, HubView[]>();

function viewsOf(snapshot: HubSnapshot): HubView[] {
  const known = views.get(snapshot);
  if (known !== undefined) return known;
  const made = snapshot.hubs.map(viewOf);
  views.set(snapshot, made);
  return made;
}

function viewOf(hub: IndexedHub): HubView {
  return {
    name: hub.name,
    url: hub.url,
    description: hub.description,
    state: hub.health.state,
    since: new Date(hub.health.since).toISOString(),
    why: hub.health.why,
    ...(hub.health.version === null ? {} : { version: hub.health.version }),
    ...(hub.health.latencyMs === null ? {} : { latencyMs: hub.health.latencyMs }),
    ...hub.details,
    routed: hub.upstream !== null,
  };
}

function withNotices(view: HubView, all: readonly CurrentNotice[]): HubView {
  const notices = all
    .filter((notice) => concerns(notice, view.name))
    .map(({ title, text, startsAt, endsAt }) => ({
      title,
      text,
      from: startsAt.toISOString(),
      ...(endsAt === null ? {} : { until: endsAt.toISOString() }),
    }));
  return notices.length === 0 ? view : { ...view, notices };
}

/** Grows with every change of what `listHubs` says for everybody: what was rendered from it can be kept. */
export function hubsChange(): number {
  return runningIndex()?.snapshot().change ?? 0;
}

/** Names the state of hubs and announcements in this process: two that differ may have different lists. */
export async function listingVersion(ctx: Pick<Ctx, 'db' | 'now'>): Promise<string> {
  return `${hubsChange()}.${(await currentNotices(ctx)).change}`;
}
