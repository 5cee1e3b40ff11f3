import type { Ctx } from '../ctx';
import { findHubPolicy } from '../db/hub-access';
import { HubgateError } from '../errors';
import { requirePermission } from '../identity/authorise';
import { readAllowedUsers } from './allowed-users';
import { changeHubList, NO_NAMES, type HubListChange, type HubNames } from './change-hub-list';
import { checkEventId, checkHubName, checkMemberName, checkUnitName } from './hub-name';
import { readNames } from './read-names';

/** `python`: a jupyterhub_config.py. `names`: one a line, or CSV with the columns kind and name. */
export const LIST_FORMS = ['python', 'names'] as const;
export type ListForm = (typeof LIST_FORMS)[number];
export const IMPORT_MODES = ['add', 'replace'] as const;
export type ImportMode = (typeof IMPORT_MODES)[number];

/** The longest list that is read, in characters: one with ten thousand names has a hundred thousand. */
export const LIST_MAX_CHARS = 1_000_000;

/** What would happen, before it does. */
export type ImportPreview = {
  name: string;
  form: ListForm;
  found: HubNames;
  /** There only as administrators of the hub. */
  admins: readonly string[];
  added: HubNames;
  removed: HubNames;
  /** Lines that were passed over. */
  problems: readonly { line: number; code: string; text: string }[];
};

type Input = { name: string; text: string; form?: ListForm | undefined; mode: ImportMode };

/**
 * What an import would change. Nothing is written.
 *
 * @throws {HubgateError} `hub.name`, `hub.list` (too long; no name found; a name that cannot be one)
 */
export async function previewHubImport(ctx: Ctx, input: Input): Promise<ImportPreview> {
  requirePermission(ctx, 'hubs.manage');
  const name = checkHubName(input.name);
  const read = readList(input);
  const before = await findHubPolicy(ctx.db, name);
  const present = {
    people: (before?.people ?? []).map(({ value }) => value),
    units: (before?.units ?? []).map(({ value }) => value),
    events: (before?.events ?? []).map(({ value }) => value),
  };
  const without = (kind: keyof HubNames, some: HubNames, others: HubNames) =>
    some[kind].filter((value) => !others[kind].includes(value));
  const both = (some: HubNames, others: HubNames): HubNames => ({
    people: without('people', some, others),
    units: without('units', some, others),
    events: without('events', some, others),
  });
  return {
    name,
    ...read,
    added: both(read.found, present),
    removed: input.mode === 'replace' ? both(present, read.found) : NO_NAMES,
  };
}

/**
 * Puts the names of a file on a hub's list, or makes the list exactly those.
 *
 * @throws {HubgateError} as `previewHubImport`; `hub.list` also where some lines could not be read and the
 *   list is to be replaced: who stands in them would be shut out
 */
export async function importHubList(ctx: Ctx, input: Input): Promise<HubListChange> {
  requirePermission(ctx, 'hubs.manage');
  const { found, problems } = readList(input);
  const [first] = problems;
  if (input.mode === 'replace' && first !== undefined) {
    throw new HubgateError(
      'hub.list',
      `Line ${first.line} names people in a way that only Python could read, so the list is not replaced. Add instead, or write the names out.`,
      { field: 'text' },
    );
  }
  return changeHubList(ctx, {
    name: input.name,
    ...(input.mode === 'replace' ? { replace: found } : { add: found }),
  });
}

function readList({
  text,
  form,
}: Pick<Input, 'text' | 'form'>): Omit<ImportPreview, 'name' | 'added' | 'removed'> {
  if (text.length > LIST_MAX_CHARS) {
    throw new HubgateError('hub.list', `The list is longer than ${LIST_MAX_CHARS} characters.`, {
      field: 'text',
    });
  }
  const kind = form ?? (/^[ \t]*c(?:onfig)?\.[A-Za-z_]\w*\.\w+/m.test(text) ? 'python' : 'names');
  const python = kind === 'python' ? readAllowedUsers(text) : null;
  const found = python === null ? readNames(text) : { ...NO_NAMES, people: python.people };
  const problems = python?.problems ?? [];
  if (found.people.length + found.units.length + found.events.length === 0 && problems.length === 0) {
    throw new HubgateError(
      'hub.list',
      kind === 'python'
        ? 'Nobody is named there: no allowed_users, whitelist or admin_users with plain names.'
        : 'Nobody is named there.',
      { field: 'text' },
    );
  }
  found.people.forEach(checkMemberName);
  found.units.forEach(checkUnitName);
  const events = found.events.map(checkEventId);
  return { form: kind, found: { ...found, events }, admins: python?.admins ?? [], problems };
}
