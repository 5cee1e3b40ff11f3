'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';

import type { Ctx } from '#lib/ctx';
import { action, formAction } from '#lib/http/action';
import { accessApplied } from '#lib/hubs/access-applied';
import { changeHubList, namesInWords, type HubListChange } from '#lib/hubs/change-hub-list';
import { IMPORT_MODES, importHubList, LIST_MAX_CHARS, previewHubImport } from '#lib/hubs/import-hub-list';
import { readNames } from '#lib/hubs/read-names';

import type { ImportShown } from '#components/admin/hub-list-forms';

const Name = z.string().max(100);

const setMode = action({
  access: 'hubs.manage',
  audit: 'hub.access',
  input: z.object({ name: Name, access: z.enum(['listed', 'any-valid']) }),
  run: (ctx, input) => leave(ctx, changeHubList(ctx, input)),
});

/** Every valid certificate, or only the list. */
export const changeMode = formAction(setMode, refused);

const removeName = action({
  access: 'hubs.manage',
  audit: 'hub.deny',
  input: z.object({
    name: Name,
    person: z.string().max(200).optional(),
    unit: z.string().max(200).optional(),
    event: z.string().max(200).optional(),
  }),
  run: (ctx, { name, person, unit, event }) => {
    const some = (value: string | undefined) => (value === undefined ? [] : [value]);
    const remove = { people: some(person), units: some(unit), events: some(event) };
    return leave(ctx, changeHubList(ctx, { name, remove }));
  },
});

/** Takes one name off the list; the gate refuses it from the next request on. */
export const removeFromList = formAction(removeName, refused);

/** Puts what was typed on the list: one name a line, `OU=…` for a unit, `event=E-…` for an event. */
export const addToList = action({
  access: 'hubs.manage',
  audit: 'hub.allow',
  input: z.object({ name: Name, names: z.string().max(LIST_MAX_CHARS) }),
  run: (ctx, { name, names }) => leave(ctx, changeHubList(ctx, { name, add: readNames(names) })),
});

/** Says what the pasted list would change, or changes it. */
export const importList = action({
  access: 'hubs.manage',
  audit: 'hub.import',
  input: z.object({
    name: Name,
    text: z.string().max(LIST_MAX_CHARS),
    mode: z.enum(IMPORT_MODES),
    do: z.enum(['preview', 'import']),
  }),
  run: async (ctx, { do: what, ...input }): Promise<ImportShown> => {
    if (what === 'import') return leave(ctx, importHubList(ctx, input));
    const { text, mode } = input;
    return { preview: await previewHubImport(ctx, input), text, mode };
  },
});

/** Back to the page, which says what was done and whether the gate goes by it. */
async function leave(ctx: Ctx, changing: Promise<HubListChange>): Promise<never> {
  const { name, added, removed } = await changing;
  const { applied } = await accessApplied(ctx);
  const query = new URLSearchParams({
    added: String(namesInWords(added).length),
    removed: String(namesInWords(removed).length),
    gate: applied,
  });
  redirect(`/admin/hubs/${name}?${query}`);
}

/** A plain form shows no state of its own: what went wrong travels to the page it returns to. */
function refused(state: { ok: boolean | null; code?: string }): never {
  redirect(`/admin/hubs?problem=${encodeURIComponent(state.code ?? '')}`);
}
