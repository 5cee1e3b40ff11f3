import { describe, expect, it } from 'vitest';

import { buildMobileconfig } from './mobileconfig';
import { checkServerAddress, checkServerName } from './subject-policy';

const ALLOWED = ['hub.example.org', '.hubs.example.org', '192.0.2.7', '2001:db8::7'];

describe('names of server certificates', () => {
  it.each([
    ['Hub.Example.ORG', 'hub.example.org'],
    ['a.b.hubs.example.org', 'a.b.hubs.example.org'],
    ['*.hubs.example.org', '*.hubs.example.org'],
  ])('%s is allowed', (text, name) => expect(checkServerName(text, ALLOWED)).toBe(name));

  it.each([
    ['evil.example.org', 'not-allowed'],
    ['hubs.example.org', 'not-allowed'],
    ['evilhubs.example.org', 'not-allowed'],
    ['*.example.org', 'not-allowed'],
    ['hub.example.org.', 'malformed'],
    ['a*.hubs.example.org', 'malformed'],
    ['*.*.hubs.example.org', 'malformed'],
    ['-x.hubs.example.org', 'malformed'],
    ['hub.example.org\n.evil', 'malformed'],
    ['192.0.2.7', 'malformed'],
    ['', 'malformed'],
  ])('%j is refused: %s', (text, reason) => {
    expect(() => checkServerName(text, ALLOWED)).toThrow(
      expect.objectContaining({ code: 'request.san', params: { reason } }),
    );
  });

  it('addresses are compared in their canonical form', () => {
    expect(checkServerAddress('2001:0DB8:0::7', ALLOWED)).toBe('2001:db8::7');
    expect(() => checkServerAddress('192.0.2.8', ALLOWED)).toThrow(
      expect.objectContaining({ code: 'request.san' }),
    );
    expect(() => checkServerAddress('hub', ALLOWED)).toThrow(
      expect.objectContaining({ code: 'request.san' }),
    );
  });
});

describe('the Apple profile', () => {
  const profile = (der: Uint8Array) =>
    buildMobileconfig({
      name: 'Physics & <Astro>',
      host: 'portal.example.org',
      root: { der, commonName: 'Root' },
      signing: [
        { der: Uint8Array.of(4, 5), commonName: 'Signing' },
        { der: Uint8Array.of(6), commonName: 'Signing before' },
      ],
    });

  it('holds root, signing CA and the one before, is the same for the same CA and another for another', () => {
    const xml = profile(Uint8Array.of(1, 2, 3));
    expect(xml).toContain('<data>AQID</data>');
    expect(xml).toContain('Physics &amp; &lt;Astro&gt;');
    expect(xml).toContain('<string>org.example.portal.hubgate.ca.root-ca</string>');
    expect(
      xml.match(/<string>[0-9A-F]{8}-[0-9A-F]{4}-8[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}<\/string>/g),
    ).toHaveLength(4);
    expect(xml).toContain('<string>org.example.portal.hubgate.ca.former-ca-1</string>');
    expect(profile(Uint8Array.of(1, 2, 3))).toBe(xml);
    expect(profile(Uint8Array.of(1, 2, 4))).not.toBe(xml);
  });
});
