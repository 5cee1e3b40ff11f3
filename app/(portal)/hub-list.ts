import { isHubgateError } from '#lib/errors';
import { keepHtml, keptHtml } from '#lib/http/kept-html';
import type { Page } from '#lib/http/page';
import { hubVisitor } from '#lib/hubs/hub-visitor';
import { listHubs, listingVersion, type HubView } from '#lib/hubs/list-hubs';
import { currentNotices, type NoticeBoard } from '#lib/hubs/notices/current-notices';
import { concerns } from '#lib/hubs/notices/notice';

import { hubTableHtml } from '../../components/hubs/hub-table';
import { asciiHtml } from '../../components/ui/escape-html';
import { hubStrips } from './hub-strips';

/** What this visitor may see: the hubs, and what is announced about them. */
export type HubListing = {
  hubs: readonly HubView[];
  board: NoticeBoard;
  /** Of a state that is not newer than what is listed: what changed meanwhile is another one. */
  version: string;
};

/** Null where the centre shows its hubs to holders of a certificate only, and this visitor is none. */
export async function visibleHubs(page: Page): Promise<HubListing | null> {
  const { visitor } = page;
  try {
    const version = await listingVersion(page.ctx);
    const [{ hubs }, board] = await Promise.all([
      listHubs(page.ctx, { visitor: hubVisitor(visitor) }),
      currentNotices(page.ctx),
    ]);
    return { hubs, board, version };
  } catch (thrown) {
    if (isHubgateError(thrown) && thrown.code === 'auth.no-certificate') return null;
    throw thrown;
  }
}

/** Which table: rows of the list have a strip of 90 days, those of the start page do not. */
export type TablePart = 'all' | 'mine' | 'trouble' | 'home';

/**
 * Keeps the hub table for every visitor who sees the same one: rendered once per change
 * of the list, and once a minute for the words about time.
 *
 * @param part names the selection, so that each keeps its own
 * @returns the key by which the page names it, or null when it has to stand in the page itself
 */
export async function keepHubTable(page: Page, listing: HubListing, part: TablePart): Promise<string | null> {
  const { hubs, version } = listing;
  const now = page.ctx.now().getTime();
  const { shown, accepted } = page.visitor;
  // The only thing that differs between visitors.
  const entries = shown ? `${accepted} ${hubs.map((hub) => (hub.mayEnter ? '1' : '0')).join('')}` : 'none';
  const minute = Math.floor(now / 60_000);
  const key = [page.locale, part, version, hubs.length, minute, entries].join(' ');
  const html = keptHtml(key) ?? (await renderHubTable(page, listing, part));
  return keepHtml(key, () => html, now) ? key : null;
}

/** The table as text. */
export async function renderHubTable(
  page: Page,
  { hubs, board }: HubListing,
  part: TablePart,
): Promise<string> {
  const work = new Map<string, 'planned' | 'running'>();
  // What is about all hubs stands above them; the soonest of one counts.
  for (const notice of board.notices.filter((one) => one.hubs.length > 0)) {
    for (const { name } of hubs) {
      if (concerns(notice, name) && work.get(name) !== 'running') work.set(name, notice.phase);
    }
  }
  const html = hubTableHtml(hubs, {
    t: page.t,
    now: page.ctx.now(),
    locale: page.locale,
    accepted: page.visitor.accepted,
    work,
    strips: part === 'home' ? null : await hubStrips(page),
  });
  // Text beyond ASCII takes three times as long to write, for each visitor.
  return asciiHtml(html);
}
