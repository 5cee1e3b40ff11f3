import { recordAudits } from '../audit/record-audit';
import { actorName, type Ctx } from '../ctx';
import {
  addToHubList,
  findHubPolicy,
  removeFromHubList,
  writeHubPolicy,
  type HubAccess,
  type HubListNames,
} from '../db/hub-access';
import { eventsByIds } from '../db/events';
import { inTransaction } from '../db/in-transaction';
import type { Tx } from '../db/client';
import { HubgateError } from '../errors';
import { requirePermission } from '../identity/authorise';
import { checkEventId, checkHubName, checkMemberName, checkUnitName } from './hub-name';
import { publishHubMaps } from './publish-maps';

/**
 * People by the common name of their certificate; units by its organizational unit, events by their id,
 * everybody of them.
 */
export type HubNames = HubListNames;
type Kind = keyof HubNames;
type SomeNames = { [kind in Kind]?: readonly string[] | undefined };

export const NO_NAMES: HubNames = { people: [], units: [], events: [] };

/** As people write them: `alice`, `OU=NLHPC`, `event E-7K3F9Q2M`. */
export function namesInWords({ people, units, events }: HubNames): string[] {
  return [...people, ...units.map((unit) => `OU=${unit}`), ...events.map((id) => `event ${id}`)];
}

export type HubListChange = {
  name: string;
  /** As it is now. */
  access: HubAccess;
  added: HubNames;
  removed: HubNames;
};

/** More at once is no list of people any more; the database takes some thousand values a statement. */
export const LIST_CHANGE_MAX = 2000;

/**
 * Changes who may enter a hub, all of it or nothing, and publishes it: it holds from the next request
 * on. One audit event for the way in and one for each name that came or went. What is so already is no
 * change. A hub that had no policy gets the portal's default, so that adding a name alone never closes
 * a hub that everybody could enter; a list that becomes empty admits nobody.
 *
 * @param input.access  the way in, where that changes
 * @param input.add     puts names on the list
 * @param input.remove  takes names off it
 * @param input.replace makes the list exactly this one; `add` and `remove` are then not looked at
 * @param input.mustBeThere refuses a removal of names that are not on the list
 * @throws {HubgateError} `hub.name`, `hub.not-found` (mustBeThere), `hub.list` (too many names at once),
 *   `event.not-found` (what is added has to be an event)
 */
export async function changeHubList(
  ctx: Ctx,
  input: {
    name: string;
    access?: HubAccess | undefined;
    add?: SomeNames | undefined;
    remove?: SomeNames | undefined;
    replace?: HubNames;
    mustBeThere?: boolean;
  },
): Promise<HubListChange> {
  requirePermission(ctx, 'hubs.manage');
  const name = checkHubName(input.name);
  const add = checked(input.replace ?? input.add);
  const remove = checked(input.remove);
  const change = await inTransaction(ctx.db, async (tx): Promise<HubListChange> => {
    const before = await findHubPolicy(tx, name);
    const access = input.access ?? before?.access ?? ctx.config.hubs.defaultAccess;
    const present = {
      people: new Set(before?.people.map(({ value }) => value)),
      units: new Set(before?.units.map(({ value }) => value)),
      events: new Set(before?.events.map(({ value }) => value)),
    };
    const added = each((kind) => add[kind].filter((value) => !present[kind].has(value)));
    const removed = each((kind) =>
      input.replace
        ? [...present[kind]].filter((value) => !add[kind].includes(value))
        : remove[kind].filter((value) => present[kind].has(value)),
    );
    if (input.mustBeThere === true) refuseAbsent(name, remove, removed);
    await refuseUnknownEvents(tx, added.events);
    if (before === null || before.access !== access) await writeHubPolicy(tx, name, access);
    await removeFromHubList(tx, { hub: name, ...removed });
    await addToHubList(tx, { hub: name, ...added, addedBy: actorName(ctx.actor), addedAt: ctx.now() });
    await recordAudits(ctx, tx, [
      ...(input.access === undefined ? [] : [event(name, 'hub.access', { access })]),
      ...events(name, 'hub.deny', removed),
      ...events(name, 'hub.allow', added),
    ]);
    return { name, access, added, removed };
  });
  await publishHubMaps(ctx);
  return change;
}

function checked(names: SomeNames | undefined): Record<Kind, string[]> {
  const people = [...new Set((names?.people ?? []).map(checkMemberName))];
  const units = [...new Set((names?.units ?? []).map(checkUnitName))];
  const events = [...new Set((names?.events ?? []).map(checkEventId))];
  if (people.length + units.length + events.length > LIST_CHANGE_MAX) {
    throw new HubgateError('hub.list', `That are more than ${LIST_CHANGE_MAX} names at once. Give fewer.`, {
      field: 'people',
    });
  }
  return { people, units, events };
}

function each(of: (kind: Kind) => string[]): Record<Kind, string[]> {
  return { people: of('people'), units: of('units'), events: of('events') };
}

async function refuseUnknownEvents(tx: Tx, ids: readonly string[]): Promise<void> {
  const known = new Set((await eventsByIds(tx, ids)).map(({ id }) => id));
  const unknown = ids.find((id) => !known.has(id));
  if (unknown === undefined) return;
  throw new HubgateError('event.not-found', `There is no event ${unknown}. See: hubgate events list`, {
    field: 'events',
  });
}

function refuseAbsent(name: string, asked: HubNames, found: HubNames): void {
  const absent =
    asked.people.find((value) => !found.people.includes(value)) ??
    asked.units.find((value) => !found.units.includes(value)) ??
    asked.events.find((value) => !found.events.includes(value));
  if (absent === undefined) return;
  throw new HubgateError('hub.not-found', `${absent} is not on the list of ${name}.`, {
    field: 'commonName',
  });
}

const event = (target: string, action: string, data: Record<string, string>) => ({ action, target, data });

const events = (target: string, action: string, names: HubNames) => [
  ...names.people.map((commonName) => event(target, action, { commonName })),
  ...names.units.map((unit) => event(target, action, { unit })),
  ...names.events.map((id) => event(target, action, { event: id })),
];
