import type { HubView } from '#lib/hubs/list-hubs';

import { hasTrouble } from './hub-looks';

/** What somebody asked the list for. */
export type HubChoice = { q: string; show: 'all' | 'mine' | 'trouble' };

const QUERY_MAX = 100;

/** From the address; what is not understood shows everything. `shown`: whether it is known who asks. */
export function readChoice(query: Record<string, string | string[] | undefined>, shown: boolean): HubChoice {
  const { q, show } = query;
  return {
    q: typeof q === 'string' ? q.trim().slice(0, QUERY_MAX) : '',
    show: show === 'trouble' ? 'trouble' : show === 'mine' && shown ? 'mine' : 'all',
  };
}

/** The hubs of that choice, in their order. Every word of the search must occur somewhere about the hub. */
export function chooseHubs(hubs: readonly HubView[], { q, show }: HubChoice): HubView[] {
  const words = fold(q)
    .split(/\s+/u)
    .filter((word) => word !== '');
  const shown =
    show === 'all'
      ? [...hubs]
      : hubs.filter((hub) => (show === 'mine' ? hub.mayEnter === true : hasTrouble(hub)));
  // Nearly always: then the texts of 500 hubs need no folding.
  if (words.length === 0) return shown;
  return shown.filter((hub) => {
    const { name, description, url, contact, resources, access, announcement } = hub;
    const about = fold([name, description, url, contact, resources, access, announcement].join('\n'));
    return words.every((word) => about.includes(word));
  });
}

/** "Biología" is found by "biologia". */
function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
