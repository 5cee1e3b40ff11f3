import { describe, expect, it } from 'vitest';

import { ConfigSchema } from '../config/schema';
import { isProbeRefused, probeAllowance, resolveTarget } from './probe-address';

const DEFAULTS = ConfigSchema.parse({}).hubs.probeAllow;
const names: Record<string, string[]> = {
  'hub.example.org': ['10.1.2.3'],
  'cloud.example.org': ['169.254.169.254'],
  'mapped.example.org': ['::ffff:169.254.169.254'],
  'local.example.org': ['127.0.0.1'],
  'two.example.org': ['10.1.2.3', '127.0.0.1'],
};
const resolve = (name: string) => Promise.resolve(names[name] ?? []);
const where = (base: string, allow: readonly string[] = DEFAULTS, trusted = false) =>
  resolveTarget({ base, trusted }, probeAllowance(allow), resolve);

describe('resolveTarget', () => {
  it.each([
    ['http://127.0.0.1:8000/astro', DEFAULTS, '127.0.0.1'],
    ['http://[::1]:8000/astro', DEFAULTS, '::1'],
    // What the name leads to counts, not how it looks.
    ['http://local.example.org/astro', DEFAULTS, '127.0.0.1'],
    ['http://two.example.org/astro', DEFAULTS, '127.0.0.1'],
    ['http://hub.example.org/astro', ['10.1.0.0/16'], '10.1.2.3'],
    ['http://hub.example.org/astro', ['hub.example.org'], '10.1.2.3'],
    ['http://hub.example.org:8000/astro', ['HUB.example.org:8000'], '10.1.2.3'],
    ['http://169.254.169.254/latest', ['169.254.169.254'], '169.254.169.254'],
    ['http://[::ffff:10.1.2.3]/x', ['10.1.2.3'], '::ffff:a01:203'],
  ])('%s with %j is asked at %s', async (base, allow, address) => {
    expect(await where(base, allow)).toMatchObject({ address });
  });

  it.each([
    ['http://hub.example.org/astro', DEFAULTS],
    ['http://hub.example.org/astro', ['hub.example.org:8000']],
    ['http://169.254.169.254/latest/meta-data', DEFAULTS],
    // A name that is allowed does not lead to the metadata service, whatever its zone says.
    ['http://cloud.example.org/latest', ['cloud.example.org']],
    ['http://mapped.example.org/latest', ['mapped.example.org']],
    ['http://[::ffff:169.254.169.254]/', DEFAULTS],
    ['http://0x7f.1.evil.example/', ['127.0.0.0/8']],
    ['http://10.1.2.3/', []],
  ])('%s with %j is not', async (base, allow) => {
    expect(await where(base, allow)).toMatch(/^not-allowed|no-address$/);
  });

  it('reads odd ways of writing an address as what they are', async () => {
    // The WHATWG URL parser makes 169.254.169.254 of both.
    for (const host of ['2852039166', '0xa9.0xfe.0xa9.0xfe']) {
      expect(await where(`http://${host}/`)).toBe('not-allowed');
    }
  });

  it('resolves once and connects to that address: the name stands in Host only', async () => {
    let asked = 0;
    const turncoat = () => Promise.resolve(asked++ === 0 ? ['127.0.0.1'] : ['169.254.169.254']);
    const target = { base: 'https://rebind.example:8443/a b', trusted: false };
    expect(await resolveTarget(target, probeAllowance(DEFAULTS), turncoat)).toEqual({
      address: '127.0.0.1',
      port: 8443,
      tlsName: 'rebind.example',
      host: 'rebind.example:8443',
      path: '/a%20b',
    });
    expect(asked).toBe(1);
  });

  it("takes an administrator's own address as it is, and says when a name has none", async () => {
    expect(await where('http://hub.example.org:8000/astro', [], true)).toMatchObject({ address: '10.1.2.3' });
    expect(await where('http://nobody.example.org/', DEFAULTS)).toBe('no-address');
  });
});

describe('isProbeRefused', () => {
  it.each([
    ['http://10.1.2.3/', DEFAULTS, true],
    ['http://10.1.2.3/', ['10.0.0.0/8'], false],
    ['http://localhost:8000/', DEFAULTS, false],
    ['http://a.localhost/', [], true],
    // A name may lead anywhere; that is seen when it is asked for.
    ['http://hub.example.org/', DEFAULTS, false],
  ])('%s with %j: %s', (base, allow, refused) => {
    expect(isProbeRefused(base, probeAllowance(allow))).toBe(refused);
  });
});

describe('hubs.probeAllow', () => {
  it.each([
    'hub.example.org',
    'hub.example.org:8000',
    '10.0.0.1',
    '10.0.0.0/8',
    '::1',
    'fd00::/8',
    '[::1]:8000',
  ])('takes %s', (entry) =>
    expect(ConfigSchema.safeParse({ hubs: { probeAllow: [entry] } }).success).toBe(true),
  );
  it.each([
    '',
    'http://hub.example.org',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/8/8',
    'hub:0',
    'hub:70000',
    '*.example.org',
    '10.0.0.0/-1',
  ])('refuses %j', (entry) =>
    expect(ConfigSchema.safeParse({ hubs: { probeAllow: [entry] } }).success).toBe(false),
  );
});
