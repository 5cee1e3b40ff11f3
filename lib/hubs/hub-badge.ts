import type { Ctx } from '../ctx';
import { HubgateError } from '../errors';
import { translator } from '../i18n/translator';
import type { HubState } from './hub-state';
import { currentHubs, requireHubSight, type HubVisitor } from './list-hubs';
import { xmlText } from './xml-text';

/** White text on each has a contrast of 4.5 or more (WCAG 2.2, 1.4.3). */
const COLOURS: Record<HubState, string> = {
  up: '#1a7f37',
  starting: '#0757ba',
  degraded: '#8a5a00',
  down: '#b3261e',
  stale: '#b3261e',
  unknown: '#57606a',
};
const LABEL = '#30363d';
const NAME_MAX_CHARS = 40;

/**
 * A small picture of a hub's state for pages elsewhere: SVG without scripts, fonts or addresses.
 *
 * @throws {HubgateError} as `requireHubSight`; `hub.not-found`
 */
export async function hubBadge(
  ctx: Pick<Ctx, 'actor' | 'config' | 'paths' | 'now' | 'locale'>,
  input: { visitor: HubVisitor; name: string },
): Promise<string> {
  requireHubSight(ctx, input.visitor);
  const { hubs } = await currentHubs(ctx);
  const hub = hubs.find(({ name }) => name === input.name);
  if (hub === undefined) throw noSuchHub(input.name);
  const t = translator(ctx.config.site.languages[0] ?? 'en');
  const { state } = hub.health;
  return drawBadge({
    label: hub.name,
    word: t(`health.state.${state}`),
    colour: COLOURS[state],
    title: t('health.badge', { hub: hub.name, state: t(`health.state.${state}`) }),
  });
}

export function noSuchHub(name: string): HubgateError {
  return new HubgateError('hub.not-found', `No hub is registered as "${name.slice(0, 80)}".`, {
    field: 'name',
  });
}

function drawBadge(input: { label: string; word: string; colour: string; title: string }): string {
  const characters = [...input.label];
  const label =
    characters.length > NAME_MAX_CHARS ? `${characters.slice(0, NAME_MAX_CHARS - 1).join('')}…` : input.label;
  const [left, right] = [boxOf(label), boxOf(input.word)];
  const width = left + right;
  const text = (at: number, length: number, words: string) =>
    `<text x="${at}" y="14" textLength="${length}" lengthAdjust="spacingAndGlyphs">${xmlText(words)}</text>`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" role="img" aria-label="${xmlText(input.title)}">` +
    `<title>${xmlText(input.title)}</title>` +
    `<clipPath id="r"><rect width="${width}" height="20" rx="3"/></clipPath>` +
    `<g clip-path="url(#r)"><rect width="${left}" height="20" fill="${LABEL}"/>` +
    `<rect x="${left}" width="${right}" height="20" fill="${input.colour}"/></g>` +
    `<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">` +
    `${text(6, left - 12, label)}${text(left + 6, right - 12, input.word)}</g></svg>\n`
  );
}

/** Width of a box for text, in pixels; Verdana at 11 px needs 7 for a letter, others twice that at most. */
function boxOf(text: string): number {
  const wide = [...text].filter((character) => /[^\u0020-\u024F]/u.test(character)).length;
  return Math.round(12 + [...text].length * 7 + wide * 5);
}
