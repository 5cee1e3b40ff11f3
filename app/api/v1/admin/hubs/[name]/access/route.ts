/**
 * Who may enter a hub. GET -> the list; PATCH {access?, add?, remove?} and PUT {access, people, units, events} ->
 * what changed, and whether the gate goes by it already.
 */
import { HubListAnswer, HubListChanged, HubListPatch, HubListPut, HubParams } from '#lib/http/hub-schemas';
import { route } from '#lib/http/route';
import { accessApplied } from '#lib/hubs/access-applied';
import { changeHubList } from '#lib/hubs/change-hub-list';
import { viewHubList } from '#lib/hubs/view-hub-list';

export const GET = route({
  access: 'hubs.read',
  audit: 'hub.show',
  summary: 'Who may enter this hub',
  params: HubParams,
  response: HubListAnswer,
  run: (ctx, { params }) => viewHubList(ctx, params),
});

export const PATCH = route({
  access: 'hubs.manage',
  audit: 'hub.access',
  summary: 'Change who may enter this hub',
  params: HubParams,
  body: HubListPatch,
  maxBytes: 512 * 1024,
  response: HubListChanged,
  run: async (ctx, { params, body: { access, add, remove } }) => ({
    ...(await changeHubList(ctx, { ...params, access, add, remove })),
    gate: await accessApplied(ctx),
  }),
});

export const PUT = route({
  access: 'hubs.manage',
  audit: 'hub.access',
  summary: 'Say who may enter this hub, and nobody else',
  params: HubParams,
  body: HubListPut,
  maxBytes: 512 * 1024,
  response: HubListChanged,
  run: async (ctx, { params, body: { access, ...replace } }) => ({
    ...(await changeHubList(ctx, { ...params, access, replace })),
    gate: await accessApplied(ctx),
  }),
});
