import { expect, it } from 'vitest';

import { translator } from '#lib/i18n/translator';
import type { HubView } from '#lib/hubs/list-hubs';

import { hubTableHtml } from './hub-table';

const hub = (name: string, some: Partial<HubView>): HubView => ({
  name,
  url: `https://gate.example.org/${name}`,
  description: name,
  state: 'up',
  why: 'answers',
  since: '2026-11-16T12:00:00.000Z',
  routed: true,
  ...some,
});

const table = (strips: ReadonlyMap<string, string> | null): string =>
  hubTableHtml(
    [
      hub('a', { icon: 'atom', announcement: 'Back soon' }),
      hub('b', { icon: 'dna', state: 'down', why: 'refused' }),
      hub('c', { icon: 'atom', state: 'starting', why: 'answers' }),
      hub('d', { state: 'stale', why: 'left-behind' }),
    ],
    {
      t: translator('en'),
      now: new Date('2026-11-28T12:00:00Z'),
      locale: 'en',
      accepted: true,
      work: new Map([['d', 'running']]),
      strips,
    },
  );

it('draws once each picture that its rows point to', () => {
  const html = table(null);
  const used = new Set([...html.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id));
  const drawn = [...html.matchAll(/<symbol id="([^"]+)"/g)].map(([, id]) => id);
  expect(drawn).toEqual([...new Set(drawn)]);
  expect([...used].filter((id) => !drawn.includes(id))).toEqual([]);
  expect(used).toContain('hub-atom');
});

it('has as many heads as its rows have cells, with strips and without', () => {
  for (const strips of [null, new Map([['a', '<svg></svg>']])]) {
    const html = table(strips);
    const heads = html.match(/<th role="columnheader"/g)?.length ?? 0;
    const [first] = /<tr role="row"><th role="rowheader".*?<\/tr>/.exec(html) ?? [];
    expect(first?.match(/<t[hd] /g)).toHaveLength(heads);
  }
});
