import 'reflect-metadata';

import { AsnParser } from '@peculiar/asn1-schema';
import { CRLReason, RevokedCertificate } from '@peculiar/asn1-x509';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { buildCrlTbs, parseCrl } from './crl';
import { readCrlEntry } from './crl-entries';
import { findCrlFaults } from './crl-lint';
import { splitCrlTbs } from './crl-parts';
import { CRL_REASONS, type CrlEntry, type CrlPlan, type CrlReason } from './crl-plan';
import { contentOf, derValue, readDerParts, TAG, toHex } from './der';
import { encodeName } from './name';

const reasons = Object.keys(CRL_REASONS) as CrlReason[];
const serial = fc
  .uint8Array({ minLength: 1, maxLength: 20 })
  .filter((octets) => (octets[0] ?? 0) !== 0)
  .map(toHex);
// From the first UTCTime that is not in the past century to a GeneralizedTime.
const instant = fc
  .integer({ min: Date.UTC(2000, 0) / 1000, max: Date.UTC(2120, 0) / 1000 })
  .map((second) => new Date(second * 1000));
const entry: fc.Arbitrary<CrlEntry> = fc.record({
  serial,
  revokedAt: instant,
  reason: fc.constantFrom(...reasons),
});

const planOf = (revoked: readonly CrlEntry[]): CrlPlan => ({
  issuer: encodeName([{ type: 'CN', value: 'JupyterHub Signing CA' }]),
  issuerKeyId: 'ab'.repeat(20),
  crlNumber: 7,
  thisUpdate: new Date('2026-11-23T12:00:00Z'),
  nextUpdate: new Date('2026-12-23T12:00:00Z'),
  revoked,
  signatureAlgorithm: 'RSA-SHA256',
});
const entriesOf = (plan: CrlPlan): Uint8Array => {
  const { list } = splitCrlTbs(buildCrlTbs(plan));
  return list === null ? new Uint8Array() : contentOf(list);
};

describe('an entry of a CRL', () => {
  it('is read by hand as the library reads it', () => {
    fc.assert(
      fc.property(entry, (planned) => {
        const der = entriesOf(planOf([planned]));
        expect(readCrlEntry(der, 0)).toEqual({ entry: planned, next: der.length });
        const library = AsnParser.parse(der, RevokedCertificate);
        expect(toHex(new Uint8Array(library.userCertificate)).replace(/^00(?=[89a-f])/, '')).toBe(
          planned.serial,
        );
        expect(library.revocationDate.getTime()).toEqual(planned.revokedAt);
        const reason = library.crlEntryExtensions?.[0]?.extnValue.buffer;
        const code = reason === undefined ? 0 : Number(AsnParser.parse(reason, CRLReason).reason);
        expect(code).toBe(CRL_REASONS[planned.reason]);
      }),
      { numRuns: 500 },
    );
  });

  it('has one form only: whatever else is read means something else', () => {
    fc.assert(
      fc.property(entry, fc.nat(), fc.integer({ min: 1, max: 255 }), (planned, place, flip) => {
        const der = Uint8Array.from(entriesOf(planOf([planned])));
        const at = place % der.length;
        der[at] = (der[at] ?? 0) ^ flip;
        const read = readCrlEntry(der, 0);
        if (read === null) return;
        expect(read.entry).not.toEqual(planned);
        // What it does accept is what the writer writes for it.
        expect(toHex(der.subarray(0, read.next))).toBe(toHex(entriesOf(planOf([read.entry]))));
      }),
      { numRuns: 2000 },
    );
  });

  it('is never read beyond its end, whatever a stranger sends', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat({ max: 90 }), (bytes, at) => {
        const read = readCrlEntry(bytes, at);
        if (read !== null) expect(read.next).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 2000 },
    );
  });

  it('of a stranger, with extensions that we never write, is read by the library', () => {
    const invalidityDate = derValue(
      TAG.sequence,
      Uint8Array.of(0x06, 0x03, 0x55, 0x1d, 0x18),
      derValue(TAG.octetString, derValue(TAG.generalizedTime, Buffer.from('20260101000000Z'))),
    );
    const [ours = new Uint8Array()] = readDerParts(
      derValue(TAG.sequence, entriesOf(planOf([{ ...sample, reason: 'unspecified' }]))),
    );
    const strange = derValue(TAG.sequence, contentOf(ours), derValue(TAG.sequence, invalidityDate));
    const { head } = splitCrlTbs(buildCrlTbs(planOf([])));
    const parts = readDerParts(head);
    const tbs = derValue(
      TAG.sequence,
      ...parts.slice(0, 5),
      derValue(TAG.sequence, strange),
      ...parts.slice(5),
    );
    const crl = derValue(
      TAG.sequence,
      tbs,
      derValue(TAG.sequence),
      derValue(TAG.bitString, Uint8Array.of(0, 1)),
    );
    expect(parseCrl(crl).revoked).toEqual([{ ...sample, reason: 'unspecified' }]);
  });
});

const sample: CrlEntry = {
  serial: '0a',
  revokedAt: new Date('2026-11-22T00:00:00Z'),
  reason: 'superseded',
};

describe('the lint of a list', () => {
  it('sees every change of a byte in its entries', () => {
    const plan = planOf([
      sample,
      { serial: 'ff'.repeat(20), revokedAt: new Date('2050-01-01T00:00:00Z'), reason: 'keyCompromise' },
      { serial: '0b', revokedAt: sample.revokedAt, reason: 'unspecified' },
    ]);
    const tbs = buildCrlTbs(plan);
    expect(findCrlFaults(tbs, plan)).toEqual([]);
    for (let at = 0; at < tbs.length; at++) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const changed = Uint8Array.from(tbs);
        changed[at] = (changed[at] ?? 0) ^ flip;
        expect(findCrlFaults(changed, plan), `byte ${at} ^ ${flip}`).not.toEqual([]);
      }
    }
  });

  it('takes a list longer than any library reads at once', () => {
    const plan = planOf(
      Array.from({ length: 20_000 }, (_, at) => ({
        serial: (at + 0x100000).toString(16),
        revokedAt: sample.revokedAt,
        reason: 'superseded' as const,
      })),
    );
    const tbs = buildCrlTbs(plan);
    expect(findCrlFaults(tbs, plan)).toEqual([]);
    const swapped = { ...plan, revoked: [...plan.revoked.slice(1), ...plan.revoked.slice(0, 1)] };
    expect(findCrlFaults(tbs, swapped).length).toBeGreaterThan(0);
    expect(findCrlFaults(tbs, { ...plan, revoked: plan.revoked.slice(1) }).length).toBeGreaterThan(0);
  });
});
