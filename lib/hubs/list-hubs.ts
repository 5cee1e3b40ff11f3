import { z } from 'zod';

import type { Ctx } from '../ctx';
import { HubgateError } from '../errors';
import { runningIndex, scanHubs, type HubSnapshot, type IndexedHub } from './hub-index';
import { HUB_STATES } from './hub-state';
import { hubAccess } from './publish-maps';

export const HubView = z.strictObject({
  name: z.string(),
  url: z.string(),
  description: z.string(),
  state: z.enum(HUB_STATES),
  since: z.iso.datetime(),
  version: z.string().optional(),
  why: z.string().optional(),
  latencyMs: z.number().optional(),
  contact: z.string().optional(),
  documentation: z.string().optional(),
  resources: z.string().optional(),
  icon: z.string().optional(),
  access: z.string().optional(),
  announcement: z.string().optional(),
  notices: z
    .array(z.strictObject({ text: z.string(), from: z.string().optional(), until: z.string().optional() }))
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
export type HubVisitor = { accepted: boolean; commonName: string | null } | null;

/**
 * The registered hubs, by name.
 *
 * @throws {HubgateError} `auth.no-certificate` when `hubs.visibility` is "certificate" and the
 *   visitor shows no valid one
 */
export async function listHubs(
  ctx: Pick<Ctx, 'actor' | 'config' | 'paths' | 'db' | 'now'>,
  input: { visitor: HubVisitor },
): Promise<HubList> {
  const { visitor } = input;
  const known = ['person', 'token', 'host', 'system'].includes(ctx.actor.kind);
  if (ctx.config.hubs.visibility === 'certificate' && !known && visitor?.accepted !== true) {
    throw new HubgateError(
      'auth.no-certificate',
      'The hubs are listed only for who shows a valid client certificate. Get one at /certs/new, then open this page at the gate.',
    );
  }
  const snapshot = runningIndex()?.snapshot() ?? (await scanHubs(ctx, ctx.now().getTime()));
  const hubs = viewsOf(snapshot);
  if (visitor === null) return { hubs };
  const access = new Map((await hubAccess(ctx, snapshot)).map((entry) => [entry.route, entry]));
  return {
    hubs: snapshot.hubs.map((hub, index): HubView => {
      const entry = hub.route === null ? undefined : access.get(hub.route);
      const listed =
        entry?.access === 'any-valid' || (entry?.members ?? []).includes(visitor.commonName ?? '');
      const view = hubs[index] ?? viewOf(hub);
      return { ...view, mayEnter: visitor.accepted && hub.upstream !== null && listed };
    }),
  };
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
    ...(hub.health.version === null ? {} : { version: hub.health.version }),
    routed: hub.upstream !== null,
  };
}

/** Grows with every change of what `listHubs` says for everybody: what was rendered from it can be kept. */
export function hubsChange(): number {
  return runningIndex()?.snapshot().change ?? 0;
}
