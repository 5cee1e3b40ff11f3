import type { Page } from '#lib/http/page';
import { hubHistory } from '#lib/hubs/hub-history';

import { availability, lastDays, percentText } from '../../components/hubs/availability';
import { escapeHtml } from '../../components/ui/escape-html';
import { stripHtml } from '../../components/hubs/strip-html';

/** What was measured is written down once a minute: it need not be read more often. */
const FRESH_MS = 60_000;

type Strips = ReadonlyMap<string, string>;

// By language; one reading for all who come in the meantime.
const held = new Map<string, { at: number; strips: Promise<Strips> }>();

/** The cell of the last 90 days for every hub that has a history, by its name; drawn once a minute. */
export function hubStrips(page: Page): Promise<Strips> {
  const now = page.ctx.now().getTime();
  const known = held.get(page.locale);
  if (known !== undefined && now - known.at < FRESH_MS) return known.strips;
  const strips = drawStrips(page);
  held.set(page.locale, { at: now, strips });
  strips.catch(() => held.delete(page.locale));
  return strips;
}

async function drawStrips(page: Page): Promise<Strips> {
  const { t, locale, ctx } = page;
  const now = ctx.now();
  const today = escapeHtml(t('hubs.today'));
  const drawn = new Map<string, string>();
  for (const [hub, days] of await hubHistory(ctx)) {
    const { share } = availability(lastDays(days, now));
    const percent = share === null ? '' : percentText(share, locale);
    drawn.set(
      hub,
      `${stripHtml(days, { t, now, locale })}<span class="strip-cap" aria-hidden="true"><span>${percent}</span><span>${today}</span></span>`,
    );
  }
  return drawn;
}
