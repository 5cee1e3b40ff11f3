import type { Metadata } from 'next';

import { openPage } from '#lib/http/page';

/** The browser's title of a page of the administration, from the catalogue. */
export async function adminTitle(key: string, values: Record<string, string> = {}): Promise<Metadata> {
  const { t, config } = await openPage();
  return { title: { absolute: t('admin.title', { page: t(key, values), site: config.site.name }) } };
}
