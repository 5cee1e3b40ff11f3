import { generateKeyPairSync } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { makeAuthenticator, type AuthenticatorOptions, type Wrong } from '../testing/authenticator';
import { counterRises, verifyAssertion, type Assertion } from './assertion';
import { readAuthenticatorData } from './authenticator-data';
import { readCoseKey } from './cose-key';
import { readRegistration } from './registration';

const PARTY = { rpId: 'localhost', origins: ['https://localhost:8443', 'https://other.localhost'] };
const CHALLENGE = Buffer.alloc(32, 7).toString('base64url');
const ALGORITHMS = ['ES256', 'EdDSA', 'RS256'] as const;

const keyOf = (publicKey: string): Buffer => Buffer.from(publicKey, 'base64url');

describe('a touch', () => {
  it.each(ALGORITHMS)('with %s proves the challenge and tells the counter', (algorithm) => {
    const authenticator = makeAuthenticator({ algorithm });
    const { publicKey } = authenticator;
    for (const counter of [1, 2]) {
      const assertion = authenticator.touch(CHALLENGE);
      expect(verifyAssertion({ publicKey: keyOf(publicKey), assertion, party: PARTY })).toEqual({
        ok: true,
        challenge: CHALLENGE,
        counter,
        backedUp: false,
      });
    }
  });

  it.each<[string, Wrong, RegExp]>([
    ['a registration', { type: 'webauthn.create' }, /not the answer/],
    ['another page', { origin: 'https://localhost:8444' }, /another page/],
    ['a page of a neighbour', { origin: 'https://gate.localhost:8444' }, /another page/],
    ['a page below another name', { origin: 'https://localhost:8443.evil.example' }, /another page/],
    ['a frame in another site', { crossOrigin: true }, /not the answer/],
    ['another site', { rpId: 'gate.localhost' }, /another site/],
    ['nobody there', { flags: 0x04 }, /nobody touched/],
    ['no PIN or finger', { flags: 0x01 }, /PIN or finger/],
    ['a copy of what cannot be copied', { flags: 0x15 }, /cannot be read/],
    ['octets behind its data', { trailing: Uint8Array.of(0) }, /cannot be read/],
    ['another key', { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }, /did not sign/],
    ['a key of another kind', { key: generateKeyPairSync('ed25519').privateKey }, /did not sign/],
  ])('of %s is refused', (_what, wrong, why) => {
    const authenticator = makeAuthenticator();
    const assertion = authenticator.touch(CHALLENGE, wrong);
    const touch = verifyAssertion({ publicKey: keyOf(authenticator.publicKey), assertion, party: PARTY });
    expect(touch).toMatchObject({ ok: false, why: expect.stringMatching(why) as string });
  });

  it('is void when one bit of it is another', () => {
    const authenticator = makeAuthenticator();
    const publicKey = keyOf(authenticator.publicKey);
    const assertion = authenticator.touch(CHALLENGE);
    const part = fc.constantFrom<keyof Assertion>('authenticatorData', 'clientDataJSON', 'signature');
    fc.assert(
      fc.property(part, fc.nat(), (name, at) => {
        const bytes = Buffer.from(assertion[name], 'base64url');
        const octet = (at >> 3) % bytes.length;
        bytes.writeUInt8(bytes.readUInt8(octet) ^ (1 << (at & 7)), octet);
        const bent = { ...assertion, [name]: bytes.toString('base64url') };
        expect(verifyAssertion({ publicKey, assertion: bent, party: PARTY }).ok).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('whatever the bytes hold, refuses and does not throw', () => {
    const authenticator = makeAuthenticator();
    const good = authenticator.touch(CHALLENGE);
    const text = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
    );
    fc.assert(
      fc.property(text, text, text, fc.uint8Array({ maxLength: 200 }), (a, b, c, key) => {
        const publicKey = keyOf(authenticator.publicKey);
        for (const assertion of [
          { authenticatorData: a, clientDataJSON: b, signature: c },
          { ...good, authenticatorData: a },
          { ...good, clientDataJSON: b },
          { ...good, signature: c },
        ]) {
          expect(verifyAssertion({ publicKey, assertion, party: PARTY }).ok).toBe(false);
        }
        expect(verifyAssertion({ publicKey: key, assertion: good, party: PARTY }).ok).toBe(false);
      }),
    );
  });

  it.each([
    [0, 0, true],
    [0, 1, true],
    [1, 0, false],
    [5, 5, false],
    [5, 4, false],
    [5, 6, true],
  ])('counter %i and then %i: %s', (last, next, rises) => {
    expect(counterRises(last, next)).toBe(rises);
  });
});

describe('a registration', () => {
  it.each<AuthenticatorOptions>([
    { algorithm: 'ES256' },
    { algorithm: 'EdDSA' },
    { algorithm: 'RS256' },
    { algorithm: 'RS256', rsaBits: 4096 },
  ])('is read: %o', (options) => {
    const authenticator = makeAuthenticator(options);
    const read = readRegistration({ registration: authenticator.register(CHALLENGE), party: PARTY });
    if (!read.ok) throw new Error(read.why);
    expect(read.challenge).toBe(CHALLENGE);
    expect(read.credentialId.toString('base64url')).toBe(authenticator.credentialId);
    expect(read.publicKey.toString('base64url')).toBe(authenticator.publicKey);
  });

  it('keeps extensions out of the key', () => {
    const authenticator = makeAuthenticator();
    const registration = authenticator.register(CHALLENGE, { flags: 0xc5, trailing: Uint8Array.of(0xa0) });
    const read = readRegistration({ registration, party: PARTY });
    if (!read.ok) throw new Error(read.why);
    expect(read.publicKey.toString('base64url')).toBe(authenticator.publicKey);
  });

  it.each<[string, Wrong]>([
    ['of a touch', { type: 'webauthn.get' }],
    ['on another page', { origin: 'https://gate.localhost:8444' }],
    ['for another site', { rpId: 'example.org' }],
    ['without PIN or finger', { flags: 0x41 }],
    ['without a key', { flags: 0x05 }],
  ])('%s is refused', (_what, wrong) => {
    const registration = makeAuthenticator().register(CHALLENGE, wrong);
    expect(readRegistration({ registration, party: PARTY }).ok).toBe(false);
  });

  it('is never an exception', () => {
    const { clientDataJSON } = makeAuthenticator().register(CHALLENGE);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.string({ maxLength: 100 }), (bytes, text) => {
        const authenticatorData = Buffer.from(bytes).toString('base64url');
        expect(
          readRegistration({ registration: { authenticatorData, clientDataJSON }, party: PARTY }).ok,
        ).toBe(false);
        expect(
          readRegistration({ registration: { authenticatorData: text, clientDataJSON: text }, party: PARTY })
            .ok,
        ).toBe(false);
      }),
    );
  });
});

describe('a COSE key', () => {
  const x = 'ab'.repeat(32);
  const weak = makeAuthenticator({ algorithm: 'RS256', rsaBits: 1024 }).publicKey;
  it.each([
    ['a point that is not on the curve', `a501020326200121 5820${x} 225820${x}`],
    ['another curve', `a501020326200221 5820${x} 225820${x}`],
    ['an algorithm that does not fit', `a401010326200621 5820${x}`],
    ['a coordinate too short', `a501020326200121 581f${'ab'.repeat(31)} 225820${x}`],
    ['a label twice', `a401010101200621 5820${x}`],
    ['one label more', `a501010327200621 5820${x} 2200`],
    ['a length written the long way', `a401010327200621 590020${x}`],
    ['a map without an end', `bf01010327200621 5820${x} ff`],
    ['text for a label', `a461610103272006215820${x}`],
    ['RSA of 1,024 bits', Buffer.from(weak, 'base64url').toString('hex')],
    ['nothing', ''],
  ])('that is %s is none', (_what, hex) => {
    expect(readCoseKey(Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toBeNull();
  });

  it('cut off anywhere is none, and what follows is not its own', () => {
    for (const algorithm of ALGORITHMS) {
      const bytes = keyOf(makeAuthenticator({ algorithm }).publicKey);
      for (let end = 0; end < bytes.length; end += 1) expect(readCoseKey(bytes.subarray(0, end))).toBeNull();
      expect(readCoseKey(Buffer.concat([bytes, Uint8Array.of(0xff)]))?.length).toBe(bytes.length);
    }
  });
});

it('authenticator data is as long as its flags say', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 36 }), (bytes) => {
      expect(readAuthenticatorData(Buffer.from(bytes))).toBeNull();
    }),
  );
});
