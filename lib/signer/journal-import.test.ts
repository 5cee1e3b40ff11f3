import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openJournal, type Journal } from './journal';

let folder: string;
let journal: Journal;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hubgate-import-'));
  journal = openJournal(join(folder, 'journal.db'));
  journal.recordCa({ keyId: former, der: Uint8Array.of(1), state: 'retired' }, now);
});
afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true, force: true });
});

const now = new Date('2026-11-23T12:00:00.000Z');
const former = 'ab'.repeat(20);
const ends = new Date('2027-01-01T00:00:00.000Z');
const certificate = (serial: string, byte = 1) => ({
  serial,
  der: Uint8Array.of(0x30, byte),
  spkiSha256: 'cd'.repeat(32),
  notAfter: ends,
  issuedAt: new Date('2020-01-01T00:00:00.000Z'),
});
const revocation = (serial: string) => ({
  serial,
  reason: 'superseded' as const,
  revokedAt: new Date('2021-01-01T00:00:00.000Z'),
  notAfter: ends,
});
const batch = {
  caKeyId: former,
  certificates: [certificate('01'), certificate('0a2b')],
  // Of the second nobody kept a copy.
  revocations: [revocation('01'), revocation('03')],
  crlNumber: 17,
  by: 'host:root',
  now,
};

describe('a CA that comes from elsewhere', () => {
  it('brings its certificates with short serials, its revocations and its CRL number', () => {
    expect(journal.recordImported(batch)).toEqual({ certificates: 2, revocations: 2, conflicts: [] });
    expect(journal.counts()).toEqual({ issued: 2, revoked: 2 });
    expect(journal.findCertificate('01')).toMatchObject({
      caKeyId: former,
      notAfter: ends,
      revocation: { reason: 'superseded', revokedAt: new Date('2021-01-01T00:00:00.000Z') },
    });
    expect(journal.findCertificate('0a2b')).toMatchObject({ revocation: null });
    expect(journal.listedRevocations(former, new Date(0)).map(({ serial }) => serial)).toEqual(['01', '03']);
    expect(journal.nextCrlNumber(former)).toBe(18);
    expect(journal.changes(0, 9).changes).toHaveLength(2);
  });

  it('changes nothing when the same batch comes again', () => {
    journal.recordImported(batch);
    expect(journal.recordImported({ ...batch, crlNumber: 3 })).toEqual({
      certificates: 0,
      revocations: 0,
      conflicts: [],
    });
    expect(journal.counts()).toEqual({ issued: 2, revoked: 2 });
    expect(journal.nextCrlNumber(former)).toBe(18);
  });

  it('never takes over a serial that another certificate has, nor revokes that one', () => {
    journal.recordImported({ ...batch, revocations: [] });
    const done = journal.recordImported({
      ...batch,
      certificates: [certificate('01', 2)],
      revocations: [revocation('01')],
    });
    expect(done).toEqual({ certificates: 0, revocations: 0, conflicts: ['01'] });
    expect(journal.findCertificate('01')).toMatchObject({
      der: Buffer.from([0x30, 1]),
      revocation: null,
    });
  });

  it('is retired by the one that becomes active, and keeps what it issued', () => {
    journal.recordImported(batch);
    journal.recordCa({ keyId: 'cd'.repeat(20), der: Uint8Array.of(2), state: 'active' }, now);
    const later = new Date(now.getTime() + 1000);
    journal.recordCa({ keyId: 'ef'.repeat(20), der: Uint8Array.of(3), state: 'active' }, later);
    expect(journal.cas().map(({ keyId, state }) => `${keyId.slice(0, 2)} ${state}`)).toEqual([
      'ef active',
      'cd retired',
      'ab retired',
    ]);
    expect(journal.nextCrlNumber('ef'.repeat(20))).toBe(1);
  });
});
