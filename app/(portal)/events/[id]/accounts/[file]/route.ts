/** GET /events/{id}/accounts/(list.csv|newusers.txt): the accounts of an event, for its organiser. */
import { z } from 'zod';

import { exportAccounts, type AccountFormat } from '#lib/events/export-accounts';
import { EventParams } from '#lib/http/event-schemas';
import { download } from '#lib/http/download';
import { route } from '#lib/http/route';

const FORMATS = { 'list.csv': 'csv', 'newusers.txt': 'newusers' } as const satisfies Record<
  string,
  AccountFormat
>;

export const GET = route({
  access: 'public', // the rule knows who organises it
  audit: 'event.export',
  sites: ['portal'],
  params: EventParams.extend({ file: z.enum(['list.csv', 'newusers.txt']) }),
  run: async (ctx, { params, request }) => {
    const { name, type, text } = await exportAccounts(ctx, { id: params.id, format: FORMATS[params.file] });
    const bytes = new TextEncoder().encode(text);
    return download(request, { name, type, bytes }, { cacheControl: 'private, no-store' });
  },
});
