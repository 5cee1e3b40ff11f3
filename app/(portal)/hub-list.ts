import { hubRowsHtml } from '#components/hubs/hub-rows';
import { isHubgateError } from '#lib/errors';
import { keepHtml } from '#lib/http/kept-html';
import type { Page } from '#lib/http/page';
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

/**
 * Keeps the rows of the hub table for every visitor who sees the same ones: rendered once per change
 * of the list, and once a minute for the words about time.
 *
 * @param part names the selection, so that each keeps its own
 * @returns the key by which the page names them, or null when they have to stand in the page itself
 */
export function keepHubRows(
  page: Page,
  hubs: readonly HubView[],
  part: 'all' | 'trouble' | 'home',
): string | null {
  const now = page.ctx.now().getTime();
  // The only thing that differs between visitors.
  const entries = page.visitor.shown ? hubs.map((hub) => (hub.mayEnter ? '1' : '0')).join('') : 'none';
  const key = [page.locale, part, hubsChange(), hubs.length, Math.floor(now / 60_000), entries].join(' ');
  return keepHtml(key, () => renderHubRows(page, hubs), now) ? key : null;
}

/** The rows as text. */
export function renderHubRows(page: Page, hubs: readonly HubView[]): string {
  return hubRowsHtml(hubs, { t: page.t, now: page.ctx.now(), locale: page.locale });
}
