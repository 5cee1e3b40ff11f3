import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

import { derValue, readDer, TAG, toHex } from './der';
import { boolean, contextConstructed, fromDer, octetString, oid, sequence, toDer } from './forge-asn1';
import { LintFailure } from './lint';
import { encodeCertId, type OcspHash, readCertId } from './ocsp-cert-id';
import { findOcspFaults, lintOcspTbs } from './ocsp-lint';
import type { OcspPlan, OcspSingle, OcspStatus } from './ocsp-plan';
import { CERT_IDS_MAX, OCSP_REQUEST_MAX_BYTES, parseOcspRequest } from './ocsp-request';
import { ocspError } from './ocsp-response';
import { buildOcspTbs } from './ocsp-tbs';
import { OID } from './oids';
import { testOcspPlan, testOcspResponse, testResponder } from './testing/ocsp-responder';
import { testChain, testKey, testPlan, testSign } from './testing/throwaway-ca';

const folder = mkdtempSync(join(tmpdir(), 'hubgate-ocsp-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });

const NOW = new Date(Math.floor(Date.now() / 1000) * 1000);
const HOUR = 3_600_000;
const chain = testChain('p-384', 'p-256', NOW);
const responder = testResponder(chain.signing, NOW);
const alice = testSign(
  testPlan({ kind: 'user', commonName: 'alice', spki: testKey('p-256').spki }, chain.signing, NOW),
  chain.signing.key.privateKey,
);
writeFileSync(join(folder, 'root.pem'), chain.root.certificate.pem);
writeFileSync(join(folder, 'chain.pem'), chain.signing.certificate.pem + chain.root.certificate.pem);
writeFileSync(join(folder, 'signing.pem'), chain.signing.certificate.pem);
writeFileSync(join(folder, 'alice.pem'), alice.pem);

const single = (status: OcspStatus, hash: OcspHash = 'sha1', serial = alice.serial): OcspSingle => ({
  certId: encodeCertId(responder.issuer, hash, serial),
  status,
  thisUpdate: NOW,
  nextUpdate: new Date(NOW.getTime() + 24 * HOUR),
});
const REVOKED: OcspStatus = { kind: 'revoked', at: new Date(NOW.getTime() - HOUR), reason: 'keyCompromise' };

/** A request as `openssl ocsp` writes it. */
function opensslRequest(...args: string[]): Uint8Array {
  run('openssl', 'ocsp', '-issuer', 'signing.pem', ...args, '-reqout', 'request.der');
  return readFileSync(join(folder, 'request.der'));
}

describe('a request', () => {
  it.each([
    ['sha1', ['-sha1']],
    ['sha256', ['-sha256']],
  ] as const)('of OpenSSL with %s is read as what it asks', (hash, digest) => {
    const bytes = opensslRequest(...digest, '-cert', 'alice.pem', '-no_nonce');
    const { certIds, nonce } = parseOcspRequest(bytes);
    expect(nonce).toBeNull();
    expect(certIds).toMatchObject([
      {
        hash,
        issuerNameHash: responder.issuer[hash].name,
        issuerKeyHash: responder.issuer[hash].key,
        serial: alice.serial,
      },
    ]);
    // What is made before anybody asks is what they will ask for, byte for byte.
    expect(toHex(certIds[0]?.der ?? new Uint8Array())).toBe(
      toHex(encodeCertId(responder.issuer, hash, alice.serial)),
    );
  });

  it('of OpenSSL with a nonce, several serials and a signature is read too', () => {
    const serials = ['0x01', '0xff', `0x${'f'.repeat(40)}`].flatMap((serial) => ['-serial', serial]);
    const { certIds, nonce } = parseOcspRequest(opensslRequest('-sha1', ...serials));
    expect(certIds.map(({ serial }) => serial)).toEqual(['01', 'ff', 'f'.repeat(40)]);
    expect(nonce?.length).toBeGreaterThanOrEqual(16);
    run('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...['-keyout', 'who.key', '-out', 'who.pem', '-subj', '/CN=who']); // prettier-ignore
    const signed = opensslRequest('-cert', 'alice.pem', '-signer', 'who.pem', '-signkey', 'who.key');
    expect(signed.length).toBeGreaterThan(900);
    expect(parseOcspRequest(signed).certIds[0]?.serial).toBe(alice.serial);
  });

  const certId = fromDer(encodeCertId(responder.issuer, 'sha1', alice.serial));
  const ask = (...extensions: Parameters<typeof sequence>) =>
    toDer(
      sequence(
        sequence(
          sequence(sequence(certId)),
          ...(extensions.length === 0 ? [] : [contextConstructed(2, sequence(...extensions))]),
        ),
      ),
    );
  const nonce = (octets: number) =>
    sequence(
      oid(OID.ocspNonce),
      octetString(Buffer.from(derValue(TAG.octetString, new Uint8Array(octets))).toString('latin1')),
    );
  const many = (count: number) =>
    toDer(sequence(sequence(sequence(...Array.from({ length: count }, () => sequence(certId))))));

  it.each([
    ['a nonce of 1 octet', ask(nonce(1)), true],
    ['a nonce of 128 octets', ask(nonce(128)), true],
    ['a nonce of no octet', ask(nonce(0)), false],
    ['a nonce of 129 octets', ask(nonce(129)), false],
    ['two nonces', ask(nonce(8), nonce(8)), false],
    ['a nonce that is no octet string', ask(sequence(oid(OID.ocspNonce), octetString('\x05\x00'))), false],
    ['an unknown extension', ask(sequence(oid('1.2.3'), octetString(''))), true],
    ['an unknown critical extension', ask(sequence(oid('1.2.3'), boolean(true), octetString(''))), false],
    ['as many certificates as we take', many(CERT_IDS_MAX), true],
    ['one certificate too many', many(CERT_IDS_MAX + 1), false],
    ['no certificate', many(0), false],
    ['something behind it', Uint8Array.of(...ask(), 0), false],
    ['more bytes than we take', new Uint8Array(OCSP_REQUEST_MAX_BYTES + 1), false],
    ['nothing', new Uint8Array(), false],
  ])('with %s', (_name, bytes, good) => {
    if (good) expect(parseOcspRequest(bytes).certIds[0]?.serial).toBe(alice.serial);
    else expect(() => parseOcspRequest(bytes)).toThrow(RangeError);
  });

  it.each([
    ['negative', 'a0', false],
    ['longer than RFC 5280 allows', `0040${'00'.repeat(20)}`, false],
    ['of 20 octets with the top bit set', `00${'ff'.repeat(20)}`, true],
    ['of one octet', '05', true],
  ])('about a serial that is %s', (_name, content, good) => {
    const [algorithm, name, key] = readDer(toDer(certId)).children;
    const bytes = derValue(
      TAG.sequence,
      ...[algorithm, name, key].map((node) => node?.bytes ?? new Uint8Array()),
      derValue(TAG.integer, Buffer.from(content, 'hex')),
    );
    const read = () => readCertId(readDer(bytes)).serial;
    if (good) expect(read()).toBe(content.replace(/^00/, ''));
    else expect(read).toThrow(RangeError);
  });
});

describe('a response', () => {
  const verify = (response: Uint8Array, ...args: string[]): string => {
    writeFileSync(join(folder, 'response.der'), response);
    return run(
      'openssl',
      ...['ocsp', '-respin', 'response.der', '-issuer', 'signing.pem', '-CAfile', 'root.pem'],
      ...['-verify_other', 'signing.pem', '-no_nonce', ...args, '-cert', 'alice.pem'],
    );
  };

  it.each([
    [{ kind: 'good' }, /alice.pem: good/],
    [REVOKED, /alice.pem: revoked[\s\S]*Reason: keyCompromise[\s\S]*Revocation Time/],
    [{ ...REVOKED, reason: 'certificateHold' }, /Reason: certificateHold/],
    [{ ...REVOKED, reason: 'unspecified' }, /alice.pem: revoked(?![\s\S]*Reason)/],
    [{ kind: 'unknown' }, /alice.pem: unknown/],
  ] as [OcspStatus, RegExp][])(
    'that says %o is understood by OpenSSL, under both digests',
    (status, words) => {
      for (const hash of ['sha1', 'sha256'] as const) {
        const plan = testOcspPlan(responder, [single(status, hash)], NOW);
        expect(verify(testOcspResponse(plan, responder), `-${hash}`)).toMatch(words);
      }
    },
  );

  it('to several questions, with a nonce, carries all of them', () => {
    const nonce = new Uint8Array(32).fill(7);
    const answers = [single({ kind: 'good' }), single({ kind: 'unknown' }, 'sha1', '05')];
    const plan = testOcspPlan(responder, answers, NOW, nonce);
    writeFileSync(join(folder, 'response.der'), testOcspResponse(plan, responder));
    const text = run('openssl', 'ocsp', '-respin', 'response.der', '-resp_text', '-noverify');
    expect(text).toContain(`Serial Number: ${alice.serial.toUpperCase()}`);
    expect(text).toContain('Serial Number: 05');
    expect(text).toMatch(/OCSP Nonce:\s+042007070707/);
  });

  it('that is an error says which', () => {
    writeFileSync(join(folder, 'response.der'), ocspError('tryLater'));
    expect(() => run('openssl', 'ocsp', '-respin', 'response.der', '-noverify')).toThrow(
      expect.objectContaining({ stdout: expect.stringContaining('trylater') as string }),
    );
    expect(toHex(ocspError('malformedRequest'))).toBe('30030a0101');
    expect(toHex(ocspError('unauthorized'))).toBe('30030a0106');
  });
});

describe('the lint of responses', () => {
  const nonce = new Uint8Array(16).fill(9);
  const good = testOcspPlan(responder, [single({ kind: 'good' })], NOW);
  const full = testOcspPlan(responder, [single(REVOKED), single({ kind: 'unknown' })], NOW, nonce);

  it.each([
    ['good', good],
    ['revoked and unknown with a nonce', full],
    ['revoked, unspecified', testOcspPlan(responder, [single({ ...REVOKED, reason: 'unspecified' })], NOW)],
  ])('finds nothing in one that says %s, and every changed bit', (_name, plan) => {
    const tbs = buildOcspTbs(plan);
    expect(findOcspFaults(tbs, plan)).toEqual([]);
    const missed: string[] = [];
    tbs.forEach((octet, at) => {
      for (let bit = 1; bit < 256; bit <<= 1) {
        const changed = Uint8Array.from(tbs);
        changed[at] = octet ^ bit;
        if (findOcspFaults(changed, plan).length === 0) missed.push(`${at}: ${octet} ^ ${bit}`);
      }
    });
    expect(missed).toEqual([]);
  });

  it.each<[string, (plan: OcspPlan) => OcspPlan, RegExp]>([
    ['another status', (plan) => ({ ...plan, answers: [single(REVOKED)] }), /does not say/],
    ['no answer', (plan) => ({ ...plan, answers: [] }), /exactly what was asked/],
    ['an answer twice', (plan) => ({ ...plan, answers: [...plan.answers, ...plan.answers] }), /exactly what/],
    ['a nonce', (plan) => ({ ...plan, nonce }), /not planned/],
    ['another responder', (plan) => ({ ...plan, responderKeyId: '00'.repeat(20) }), /responder/],
  ])('refuses bytes that hold %s', (_name, change, finding) => {
    expect(() => lintOcspTbs(buildOcspTbs(change(good)), good)).toThrow(LintFailure);
    expect(findOcspFaults(buildOcspTbs(change(good)), good).join(' ')).toMatch(finding);
  });

  it.each<[string, Partial<OcspSingle>, RegExp]>([
    ['ends before it begins', { nextUpdate: NOW }, /end before/],
    ['is from the future', { thisUpdate: new Date(NOW.getTime() + 1000) }, /future/],
    [
      'tells of a revocation still to come',
      { status: { kind: 'revoked', at: new Date(NOW.getTime() + 1000), reason: 'superseded' } },
      /still to come/,
    ],
  ])('refuses a plan that %s', (_name, change, finding) => {
    const plan = { ...good, answers: [{ ...single({ kind: 'good' }), ...change }] };
    expect(findOcspFaults(buildOcspTbs(plan), plan).join(' ')).toMatch(finding);
  });
});

describe("strangers' bytes", () => {
  const request = opensslRequest('-cert', 'alice.pem', '-serial', '0x05');
  const mutated = fc
    .array(fc.record({ at: fc.nat(), by: fc.uint8Array({ maxLength: 4 }), remove: fc.nat({ max: 6 }) }), {
      minLength: 1,
      maxLength: 4,
    })
    .map((changes) =>
      changes.reduce<Uint8Array>((bytes, { at, by, remove }) => {
        const place = at % (bytes.length + 1);
        return Uint8Array.from([...bytes.subarray(0, place), ...by, ...bytes.subarray(place + remove)]);
      }, request),
    );

  it('are a request within limits or a RangeError, at once', () => {
    const input = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ minLength: 8000, maxLength: OCSP_REQUEST_MAX_BYTES }),
      mutated,
    );
    let slowest = 0;
    fc.assert(
      fc.property(input, (bytes) => {
        const started = performance.now();
        try {
          const { certIds, nonce } = parseOcspRequest(bytes);
          expect(certIds.length).toBeGreaterThan(0);
          expect(certIds.length).toBeLessThanOrEqual(CERT_IDS_MAX);
          for (const { serial } of certIds) expect(serial).toMatch(/^(?:[0-9a-f]{2}){1,20}$/);
          expect(nonce === null || (nonce.length >= 1 && nonce.length <= 128)).toBe(true);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(RangeError);
        }
        slowest = Math.max(slowest, performance.now() - started);
      }),
      { numRuns: 2000 },
    );
    expect(slowest).toBeLessThan(500);
  });

  it('nested as deep as they go are refused', () => {
    let deep: Uint8Array = derValue(TAG.sequence);
    while (deep.length < 6000) deep = derValue(TAG.sequence, deep);
    expect(() => parseOcspRequest(deep)).toThrow(RangeError);
  });
});
