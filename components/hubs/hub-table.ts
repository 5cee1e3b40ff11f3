import type { HubView } from '#lib/hubs/list-hubs';

import { escapeHtml } from '../ui/escape-html';
import { iconSymbols } from '../ui/icon';
import { hubIconSymbols } from './hub-icons';
import { hubRowsHtml, ROW_ICONS, type RowFacts } from './hub-rows';

/**
 * The hub table with the icons that its rows point to, as one string. It is made once per change of the
 * list, not once per visitor: React would spend 2 ms on 200 rows every time.
 */
export function hubTableHtml(hubs: readonly HubView[], facts: RowFacts): string {
  const word = (key: string): string => escapeHtml(facts.t(key));
  const listed = facts.strips !== null;
  const heads = listed ? ['hub', 'state', 'strip', 'you'] : ['hub', 'state', 'you'];
  const headCells = heads.map((key) => `<th role="columnheader" scope="col">${word(`hubs.${key}`)}</th>`);
  const chosen = hubs.flatMap(({ icon }) => (icon === undefined ? [] : [icon]));
  return (
    `<svg class="vh" aria-hidden="true">${iconSymbols(ROW_ICONS)}${hubIconSymbols(chosen)}</svg>` +
    `<table class="table hubs ${listed ? 'hubs-full ' : ''}fold-table" role="table">` +
    `<caption class="vh">${word('hubs.table')}</caption>` +
    // Without strips it is a few rows that explain themselves.
    `<thead role="rowgroup"${listed ? '' : ' class="vh"'}><tr role="row">${headCells.join('')}</tr></thead>` +
    `<tbody role="rowgroup">${hubRowsHtml(hubs, facts)}</tbody></table>` +
    (listed ? `<p class="meta strip-legend">${word('hubs.legend')}</p>` : '')
  );
}
