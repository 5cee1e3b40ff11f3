/**
 * POST /api/v1/admin/hubs/{name}/access/import: a list as JSON {text, form?, mode, dryRun}, or the file itself
 * as text/x-python, text/csv or text/plain with ?mode=&dryRun= -> what changed, or what would.
 */
import { HUB_LIST_TYPES, HubImportBody, HubImportQuery, HubParams } from '#lib/http/hub-schemas';
import { route } from '#lib/http/route';
import { accessApplied } from '#lib/hubs/access-applied';
import { importHubList, LIST_MAX_CHARS, previewHubImport } from '#lib/hubs/import-hub-list';

export const POST = route({
  access: 'hubs.manage',
  audit: 'hub.import',
  summary: 'Put the names of a file on the list of this hub',
  params: HubParams,
  query: HubImportQuery,
  body: HubImportBody,
  raw: {
    types: HUB_LIST_TYPES,
    read: (bytes, { form, mode = 'add', dryRun }) => ({
      text: new TextDecoder().decode(bytes),
      form,
      mode,
      dryRun: dryRun === 'true',
    }),
  },
  maxBytes: LIST_MAX_CHARS,
  run: async (ctx, { params, body: { dryRun, ...list } }) => {
    const input = { ...params, ...list };
    const preview = await previewHubImport(ctx, input);
    if (dryRun) return { ...preview, dryRun };
    const change = await importHubList(ctx, input);
    return { ...change, problems: preview.problems, gate: await accessApplied(ctx) };
  },
});
