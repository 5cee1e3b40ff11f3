import { hubRowsHtml } from '#components/hubs/hub-rows';
import type { Page } from '#lib/http/page';
import { isHubgateError } from '#lib/errors';
import { hubsChange, listHubs, type HubView } from '#lib/hubs/list-hubs';

/** The hubs that this visitor may see; null where the centre shows them to holders of a certificate only. */
export async function visibleHubs(page: Page): Promise<HubView[] | null> {
  const { visitor } = page;
  try {
    const shown = visitor.shown
      ? { accepted: visitor.accepted, commonName: visitor.certificate?.commonName ?? null }
      : null;
    return (await listHubs(page.ctx, { visitor: shown })).hubs;
  } catch (thrown) {
    if (isHubgateError(thrown) && thrown.code === 'auth.no-certificate') return null;
    throw thrown;
  }
}

type Kept = { key: string; html: string };
const kept = new Map<string, Kept>();

/**
 * The rows of the hub table. What does not depend on the visitor is rendered once per change of the
 * list, and once a minute for the words about time.
 *
 * @param part names the selection, so that each keeps its own
 */
export function hubRows(
  page: Page,
  hubs: readonly HubView[],
  part: 'all' | 'trouble' | 'home' | 'found',
): string {
  const now = page.ctx.now();
  const render = () => hubRowsHtml(hubs, { t: page.t, now, locale: page.locale });
  // What somebody searched for is not worth keeping.
  if (page.visitor.shown || part === 'found') return render();
  const place = `${page.locale} ${part}`;
  const key = `${hubsChange()} ${hubs.length} ${Math.floor(now.getTime() / 60_000)}`;
  const known = kept.get(place);
  if (known?.key === key) return known.html;
  const html = render();
  kept.set(place, { key, html });
  return html;
}
