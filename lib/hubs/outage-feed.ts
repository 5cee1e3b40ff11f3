import type { Ctx } from '../ctx';
import { translator } from '../i18n/translator';
import { listOutages, type HubOutage } from './hub-history';
import { requireHubSight, type HubVisitor } from './list-hubs';
import { xmlText } from './xml-text';

const ENTRIES = 50;

/**
 * The newest outages as an Atom feed (RFC 4287). Ids are tag URIs (RFC 4151) of outages, so that a
 * reader shows one whose end became known as changed, not as new.
 *
 * @throws {HubgateError} as `requireHubSight`
 */
export async function outageFeed(
  ctx: Pick<Ctx, 'actor' | 'config' | 'db' | 'now'>,
  input: { visitor: HubVisitor },
): Promise<string> {
  requireHubSight(ctx, input.visitor);
  const { site } = ctx.config;
  const t = translator(site.languages[0] ?? 'en');
  const outages = await listOutages(ctx, { limit: ENTRIES });
  const authority = new URL(site.url).hostname;
  const updated = outages.map(changeOf).sort().at(-1) ?? '1970-01-01T00:00:00.000Z';
  const head =
    `<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">` +
    `<title>${xmlText(t('health.feed.title', { site: site.name }))}</title>` +
    `<id>tag:${authority},2026:hub-outages</id><updated>${updated}</updated>` +
    `<author><name>${xmlText(site.name)}</name></author>` +
    `<link rel="self" type="application/atom+xml" href="${xmlText(`${site.url}/api/v1/hubs/outages.atom`)}"/>` +
    `<link rel="alternate" type="text/html" href="${xmlText(`${site.url}/hubs`)}"/>`;
  const entries = outages.map((outage) => {
    const { hub, from, to, state, why } = outage;
    const words = { hub, state: t(`health.state.${state}`), why: t(`health.why.${why}`) };
    const said =
      to === undefined
        ? t('health.feed.from', { from: minuteOf(from) })
        : t('health.feed.fromTo', { from: minuteOf(from), to: minuteOf(to), minutes: minutesOf(from, to) });
    return (
      `<entry><id>tag:${authority},2026:hub-outage:${encodeURIComponent(outage.id)}</id>` +
      `<title>${xmlText(t(to === undefined ? 'health.feed.lasts' : 'health.feed.over', words))}</title>` +
      `<published>${from}</published><updated>${changeOf(outage)}</updated>` +
      `<link rel="alternate" type="text/html" href="${xmlText(`${site.url}/hubs/${encodeURIComponent(hub)}`)}"/>` +
      `<category term="${state}"/><content type="text">${xmlText(said)}</content></entry>`
    );
  });
  return `${head}${entries.join('')}</feed>\n`;
}

function changeOf({ from, to }: HubOutage): string {
  return to ?? from;
}

/** `2026-11-26 07:05`, as the feed's text shows times. */
function minuteOf(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}

function minutesOf(from: string, to: string): number {
  return Math.max(1, Math.round((Date.parse(to) - Date.parse(from)) / 60_000));
}
