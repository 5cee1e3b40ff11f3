import { describe, expect, it } from 'vitest';

import { translator } from '#lib/i18n/translator';
import type { HubView } from '#lib/hubs/list-hubs';

import { chooseHubs, readChoice } from './choose-hubs';
import { contactHref } from './hub-looks';
import { hubRowsHtml, type RowFacts } from './hub-rows';

const NOW = new Date('2026-11-28T12:00:00Z');

const hub = (some: Partial<HubView> = {}): HubView => ({
  name: 'astro',
  url: 'https://gate.example.org/astro',
  description: 'Astronomy',
  state: 'up',
  why: 'answers',
  since: '2026-11-16T12:00:00.000Z',
  routed: true,
  ...some,
});

const rows = (some: Partial<HubView>, facts: Partial<RowFacts> = {}): string =>
  hubRowsHtml([hub(some)], {
    t: translator('en'),
    now: NOW,
    locale: 'en',
    accepted: true,
    work: new Map(),
    strips: null,
    ...facts,
  });

/** What people read, without markup. */
const read = (html: string): string =>
  html
    .replace(/<span class="vh">.*?<\/span>/g, '')
    .replace(/<\/(?:span|a|th|td)>/g, ' ')
    .replace(/<[^>]+>/g, '')
    .replace(/\s+/g, ' ')
    .trim();

describe('a row of the list of hubs', () => {
  it('says name, path, what it offers, state and since when', () => {
    const text = read(rows({ version: '5.5.1', resources: '64 cores, 512 GB' }));
    expect(text).toBe(
      'Astronomy /astro · 64 cores, 512 GB · JupyterHub 5.5.1 Up for 12 days Enter Opens with a certificate',
    );
  });

  it.each([
    [{ mayEnter: true }, 'Up for 12 days Enter'],
    [
      { mayEnter: true, state: 'down', why: 'refused' },
      'Refuses connections, for 12 days You may enter when it is up',
    ],
    [{ mayEnter: false }, 'Up for 12 days Not on its list Ask for access'],
    [
      { mayEnter: true, state: 'degraded', why: 'slow', latencyMs: 4812 },
      'Slow: 4.8 s to answer, for 12 days Enter',
    ],
    [
      { mayEnter: true, state: 'stale', why: 'left-behind' },
      'Its file is still here, nothing answers, for 12 days You may enter when it is up',
    ],
    [
      { routed: false, state: 'unknown', why: 'not-probed' },
      'Not through this gate Listed only: this gate has no route to it',
    ],
  ] as const)('%j', (some, end) => {
    expect(read(rows(some))).toMatch(new RegExp(`${end.replace(/[.*+?]/g, '\\$&')}$`));
  });

  it('does not send people with an invalid certificate to ask for access', () => {
    expect(read(rows({ mayEnter: false }, { accepted: false }))).toMatch(/Not with your certificate$/);
  });

  it('names whom to ask, as a mail with a subject, or the page of the hub', () => {
    expect(rows({ mayEnter: false, contact: 'gpu@example.org' })).toContain(
      'href="mailto:gpu@example.org?subject=%2Fastro"',
    );
    expect(rows({ mayEnter: false, contact: 'Room 7' })).toContain('href="/hubs/astro#access"');
    expect(rows({ mayEnter: false })).toContain('href="/hubs/astro#access"');
  });

  it('takes everything that strangers wrote as text', () => {
    const evil = `<img src=x onerror=alert(1)>"'&$&$\``;
    const html = rows({
      description: evil,
      resources: evil,
      announcement: evil,
      version: evil,
      contact: evil,
      documentation: `javascript:${evil}`,
      url: 'https://gate.example.org/%22%3E',
    });
    expect(html).not.toContain('<img');
    expect(html).not.toContain('javascript:');
    expect(html.split('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;$&amp;$`')).toHaveLength(6);
  });

  it('links nothing of what the gate does not route, but its page', () => {
    const html = rows({
      routed: false,
      url: 'https://elsewhere.example/x',
      documentation: 'https://docs.example/',
    });
    expect([...html.matchAll(/href="([^"]+)"/g)].map(([, href]) => href)).toEqual([
      '/hubs/astro',
      '#icon-ok',
    ]);
  });

  it('marks announced work', () => {
    expect(read(rows({}, { work: new Map([['astro', 'running']]) }))).toContain('Maintenance now');
    expect(read(rows({}, { work: new Map([['astro', 'planned']]) }))).toContain('Maintenance announced');
    expect(read(rows({}, { work: new Map([['other', 'planned']]) }))).not.toContain('Maintenance');
  });
});

describe('choosing hubs', () => {
  const hubs = [
    hub({ name: 'bio', description: 'Biología molecular', contact: 'ana@example.org', mayEnter: true }),
    hub({ name: 'geo', description: 'Geology', resources: '64 cores', state: 'down', mayEnter: false }),
  ];
  it.each([
    ['biologia', ['bio']],
    ['BIO molec', ['bio']],
    ['ana@', ['bio']],
    ['cores', ['geo']],
    ['gate.example.org', ['bio', 'geo']],
    ['bio geo', []],
  ])('by "%s"', (q, names) => {
    expect(chooseHubs(hubs, readChoice({ q }, true)).map(({ name }) => name)).toEqual(names);
  });

  it('by what opens and what has trouble', () => {
    expect(chooseHubs(hubs, readChoice({ show: 'mine' }, true)).map(({ name }) => name)).toEqual(['bio']);
    expect(chooseHubs(hubs, readChoice({ show: 'trouble' }, true)).map(({ name }) => name)).toEqual(['geo']);
  });

  it('shows everything where nobody is known, or the address says nothing', () => {
    expect(readChoice({ show: 'mine' }, false).show).toBe('all');
    expect(readChoice({ show: ['x'], q: ['a', 'b'] }, true)).toEqual({ q: '', show: 'all' });
    expect(readChoice({ q: 'x'.repeat(5000) }, true).q).toHaveLength(100);
  });
});

it.each([
  ['ana@example.org', 'mailto:ana@example.org?subject=%2Fastro%20%26'],
  ['https://example.org/help', 'https://example.org/help'],
  ['ana@example.org?cc=eve@example.org', null],
  ['javascript:alert(1)', null],
  ['+56 2 2978 4870', null],
])('a contact "%s" leads to %s', (contact, href) => {
  expect(contactHref(contact, '/astro &')).toBe(href);
});
