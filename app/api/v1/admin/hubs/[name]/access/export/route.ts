/** GET /api/v1/admin/hubs/{name}/access/export?form=python|csv -> the list of a hub as a file. */
import { HubExportQuery, HubParams } from '#lib/http/hub-schemas';
import { route } from '#lib/http/route';
import { exportHubList } from '#lib/hubs/view-hub-list';

const FORMS = { python: ['text/x-python', 'py'], csv: ['text/csv', 'csv'] } as const;

export const GET = route({
  access: 'hubs.read',
  audit: 'hub.export',
  summary: 'The list of this hub for its jupyterhub_config.py, or as CSV',
  params: HubParams,
  query: HubExportQuery,
  run: async (ctx, { params, query }) => {
    const { name, text } = await exportHubList(ctx, { ...params, form: query.form });
    const [type, end] = FORMS[query.form];
    return new Response(text, {
      headers: {
        'content-type': `${type}; charset=utf-8`,
        'content-disposition': `attachment; filename="${name}-allowed-users.${end}"`,
        'cache-control': 'no-store',
      },
    });
  },
});
