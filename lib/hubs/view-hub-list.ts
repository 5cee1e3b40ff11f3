import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { eventsByIds } from '../db/events';
import { findHubPolicy, type HubAccess } from '../db/hub-access';
import { inTransaction } from '../db/in-transaction';
import { phaseOf, type EventItem } from '../events/list-events';
import { requirePermission } from '../identity/authorise';
import { allowedUsersText, hubListCsv } from './hub-list-text';
import { checkHubName } from './hub-name';

export type HubListEntryView = { name: string; addedBy: string; addedAt: string };
export type HubListEventView = HubListEntryView & {
  title: string;
  phase: EventItem['phase'];
  endsAt: string;
  participants: readonly string[];
};
export type HubListView = {
  name: string;
  access: HubAccess;
  /** False while only the portal's default decides. */
  decided: boolean;
  people: HubListEntryView[];
  units: HubListEntryView[];
  /** Their names are ids. */
  events: HubListEventView[];
};

/** One hub's list, also of a hub that does not run or has never registered. @throws {HubgateError} `hub.name` */
export async function viewHubList(
  ctx: Pick<Ctx, 'actor' | 'config' | 'db' | 'now'>,
  input: { name: string },
): Promise<HubListView> {
  requirePermission(ctx, 'hubs.read');
  const name = checkHubName(input.name);
  const policy = await findHubPolicy(ctx.db, name);
  const view = (entries: NonNullable<typeof policy>['people'] | undefined) =>
    (entries ?? []).map(({ value, addedBy, addedAt }) => ({
      name: value,
      addedBy,
      addedAt: addedAt.toISOString(),
    }));
  return {
    name,
    access: policy?.access ?? ctx.config.hubs.defaultAccess,
    decided: policy !== null,
    people: view(policy?.people),
    units: view(policy?.units),
    events: await withEvents(ctx, view(policy?.events)),
  };
}

async function withEvents(
  ctx: Pick<Ctx, 'db' | 'now'>,
  entries: readonly HubListEntryView[],
): Promise<HubListEventView[]> {
  const ids = entries.map(({ name }) => name);
  const rows = new Map((await eventsByIds(ctx.db, ids)).map((row) => [row.id, row]));
  return entries.flatMap((entry) => {
    const row = rows.get(entry.name);
    if (row === undefined) return []; // events are never deleted
    return [
      {
        ...entry,
        title: row.name,
        phase: phaseOf(row, ctx.now()),
        endsAt: row.endsAt.toISOString(),
        participants: row.participants.map(({ commonName }) => commonName),
      },
    ];
  });
}

export const EXPORT_FORMS = ['python', 'csv'] as const;

/** The list as a file, which is recorded: lines for a jupyterhub_config.py, or CSV. @throws {HubgateError} `hub.name` */
export async function exportHubList(
  ctx: Ctx,
  input: { name: string; form: (typeof EXPORT_FORMS)[number] },
): Promise<{ name: string; text: string }> {
  const { name, access, people, units, events } = await viewHubList(ctx, input);
  const content = {
    hub: name,
    access,
    people: people.map((entry) => entry.name),
    units: units.map((entry) => entry.name),
    events: events.map((entry) => entry.name),
  };
  await inTransaction(ctx.db, (tx) =>
    recordAudit(ctx, tx, { action: 'hub.export', target: name, data: { form: input.form } }),
  );
  return {
    name,
    text: input.form === 'csv' ? hubListCsv(content) : allowedUsersText({ ...content, events }),
  };
}
