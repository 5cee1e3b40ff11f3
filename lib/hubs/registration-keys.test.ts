import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseRegistration } from './parse-registration';
import { HUB_ICONS, REGISTRATION_KEYS } from './registration-keys';

const parse = (text: string) => parseRegistration('astro.hub', Buffer.from(text), 0);
const URL_A = 'https://gate.localhost:8444/astro';
const URL_B = 'https://gate.localhost:8444/luna';

describe('key: value lines', () => {
  it('say more of the hub above them', () => {
    const { hubs, problems } = parse(
      [
        `${URL_A},Astronomy`,
        'contact: Ana, room 12 <ana@example.org>',
        'Documentation: https://docs.example.org/astro?a=1',
        'access: the astronomy group; others ask Ana',
        'resources: 2 GPU, 64 GiB',
        'icon: telescope',
        'announcement: closed on Friday',
        'probe: http://127.0.0.1:8000/astro',
        'upstream: http://127.0.0.1:8000',
      ].join('\n'),
    );
    expect(problems).toEqual([]);
    expect(hubs).toMatchObject([
      {
        url: URL_A,
        description: 'Astronomy',
        details: {
          contact: 'Ana, room 12 <ana@example.org>',
          documentation: 'https://docs.example.org/astro?a=1',
          access: 'the astronomy group; others ask Ana',
          resources: '2 GPU, 64 GiB',
          icon: 'telescope',
          announcement: 'closed on Friday',
        },
        probe: 'http://127.0.0.1:8000/astro',
        upstream: 'http://127.0.0.1:8000',
      },
    ]);
  });

  it('belong to the address above them; before the first, to all', () => {
    const { hubs } = parse(`contact: all\n${URL_A},A\nicon: star\n${URL_B},B\ncontact: luna\npartition: gpu`);
    expect(hubs.map(({ details }) => details)).toEqual([
      { contact: 'all', icon: 'star' },
      { contact: 'luna', resources: 'gpu' },
    ]);
  });

  it('are kept when a unit appends everything again, the last one counting', () => {
    const once = `${URL_A},A\ncontact: Ana\n`;
    expect(parse(once + once)).toEqual({ ...parse(once), hubs: [{ ...parse(once).hubs[0], line: 3 }] });
    expect(parse(`${once}${URL_A},A\ncontact: Ben\n`).hubs).toMatchObject([{ details: { contact: 'Ben' } }]);
    expect(parse(`${once}${URL_A},B\n`).hubs).toMatchObject([
      { description: 'B', details: { contact: 'Ana' } },
    ]);
  });

  it.each([
    ['colour: red', 'unknown-key'],
    ['Contakt:', 'unknown-key'],
    ['x_1-y: z', 'unknown-key'],
    ['javascript: alert(1)', 'unknown-key'],
    ['javascript:alert(1)', 'not-http'],
    ['file:///etc/passwd', 'not-http'],
    ['contact:', 'bad-value'],
    ['contact: \u202e\u0007', 'bad-value'],
    ['documentation: javascript:alert(1)', 'bad-value'],
    ['documentation: https://a:b@docs.example.org', 'bad-value'],
    ['documentation: docs.example.org', 'bad-value'],
    ['icon: https://evil.example/x.png', 'bad-value'],
    ['icon: dragon', 'bad-value'],
    ['probe: gopher://127.0.0.1', 'bad-value'],
    ['upstream: http://127.0.0.1:1 and more', 'bad-value'],
  ])('%j is %s, and breaks nothing else', (line, code) => {
    const { hubs, problems } = parse(`${URL_A},Astronomy\n${line}\nresources: 2 GPU`);
    expect(problems).toMatchObject([{ code, line: 2 }]);
    expect(hubs).toMatchObject([{ url: URL_A, details: { resources: '2 GPU' } }]);
  });

  it('an address line is never taken for one', () => {
    expect(parse('https://h/a,access: all\nHTTP://h/b,B').hubs).toMatchObject([
      { url: 'https://h/a', description: 'access: all', details: {} },
      { url: 'http://h/b' },
    ]);
  });

  it('hold whatever is written into them, cut and harmless', () => {
    const key = fc.oneof(fc.constantFrom(...REGISTRATION_KEYS), fc.stringMatching(/^[A-Za-z][\w-]{0,31}$/));
    const value = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 600 }),
      fc.webUrl(),
      fc.constantFrom(...HUB_ICONS),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(key, value), { maxLength: 20 }), (lines) => {
        const text = [`${URL_A},A`, ...lines.map(([name, words]) => `${name}: ${words}`)].join('\n');
        const details = parse(text).hubs.find(({ url }) => url === URL_A)?.details;
        expect(details).toBeDefined();
        for (const [name, words] of Object.entries(details ?? {})) {
          expect(words).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
          expect([...words].length).toBeLessThanOrEqual(name === 'documentation' ? 2048 : 500);
          if (name === 'documentation') expect(new URL(words).protocol).toMatch(/^https?:$/);
          if (name === 'icon') expect(HUB_ICONS).toContain(words);
        }
      }),
      { numRuns: 300 },
    );
  });
});
