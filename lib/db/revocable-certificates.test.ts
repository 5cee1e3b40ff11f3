import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DATABASE_KINDS, testDatabase, type TestDatabase } from '../testing/database';
import { certificateRows, storeRows } from '../testing/many-certificates';
import { markReleased, markRevoked } from './certificates';
import { inTransaction } from './in-transaction';
import { insertOneTimeSecret, unusedSecretSince, useOneTimeSecret } from './one-time-secrets';
import {
  certificatesBySerial,
  namesWithOtherCertificates,
  ownSerials,
  revocableCertificates,
} from './revocable-certificates';

const NOW = new Date('2026-11-23T12:00:00.000Z');
const HOLD = { state: 'REVOKED', revocationReason: 'certificateHold', revokedAt: NOW };

describe.each(DATABASE_KINDS)('revocable certificates on %s', (kind) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase(kind);
  });
  afterEach(() => database.close());

  it('are the valid, superseded and held ones, by name, address, key or serial', async () => {
    const { db } = database;
    const [valid, superseded, held, gone, expired, bob] = certificateRows(6, (index) => ({
      commonName: index === 5 ? 'bob' : 'alice',
      email: index === 5 ? 'bob@example.org' : index === 0 ? 'alice@example.org' : null,
      ...[
        {},
        { state: 'SUPERSEDED' },
        HOLD,
        { state: 'REVOKED', revocationReason: 'superseded', revokedAt: NOW },
        { notAfter: new Date(NOW.getTime() - 1) },
        {},
      ][index],
    }));
    if (!valid || !superseded || !held || !gone || !expired || !bob) throw new Error('six rows');
    await storeRows(db, [valid, superseded, held, gone, expired, bob]);
    const find = async (filter: Parameters<typeof revocableCertificates>[1]['filter'], withHeld = true) =>
      new Set(
        (await revocableCertificates(db, { filter, now: NOW, held: withHeld })).map((row) => row.serial),
      );
    expect(await find({ commonName: 'alice' })).toEqual(
      new Set([valid.serial, superseded.serial, held.serial]),
    );
    expect(await find({ commonName: 'alice' }, false)).toEqual(new Set([valid.serial, superseded.serial]));
    expect(await find({ email: 'alice@example.org' })).toEqual(new Set([valid.serial]));
    expect(await find({ email: 'Alice@example.org' })).toEqual(new Set());
    expect(await find({ spkiSha256s: [bob.spkiSha256, gone.spkiSha256] })).toEqual(new Set([bob.serial]));
    expect(await find({ serials: [bob.serial, expired.serial, 'ff'] })).toEqual(new Set([bob.serial]));
    // Its last instant is valid too.
    expect(
      (
        await revocableCertificates(db, {
          filter: { serials: [expired.serial] },
          now: expired.notAfter,
          held: true,
        })
      ).length,
    ).toBe(1);
    expect(
      await namesWithOtherCertificates(db, {
        commonNames: ['alice', 'bob'],
        except: new Set([valid.serial, bob.serial]),
        now: NOW,
      }),
    ).toEqual(new Set(['alice']));
  });

  it('are found by thousands, marked and released in bulk', async () => {
    const { db } = database;
    const rows = certificateRows(2100, () => ({ commonName: 'many' }));
    await storeRows(db, rows);
    const serials = rows.map((row) => row.serial);
    expect(await certificatesBySerial(db, serials)).toHaveLength(2100);
    const later = new Date(NOW.getTime() + 1000);
    await inTransaction(db, (tx) =>
      markRevoked(
        tx,
        serials.map((serial, index) => ({
          serial,
          revokedAt: index === 0 ? later : NOW,
          reason: index === 1 ? 'superseded' : 'certificateHold',
        })),
      ),
    );
    const after = await certificatesBySerial(db, serials.slice(0, 2));
    const bySerial = new Map(after.map((row) => [row.serial, row]));
    expect(bySerial.get(serials[0] ?? '')).toMatchObject({ revokedAt: later, state: 'REVOKED' });
    expect(bySerial.get(serials[1] ?? '')).toMatchObject({ revokedAt: NOW, revocationReason: 'superseded' });
    await inTransaction(db, (tx) => markReleased(tx, serials));
    const open = await revocableCertificates(db, { filter: { commonName: 'many' }, now: NOW, held: false });
    // What was revoked for good is not released.
    expect(open).toHaveLength(2099);
  });

  it('belong to who shows one of the same name and address', async () => {
    const { db } = database;
    const rows = certificateRows(4, (index) => ({
      commonName: index === 3 ? 'alicia' : 'alice',
      email: index === 2 ? null : 'alice@example.org',
    }));
    await storeRows(db, rows);
    const [first, second, bare, alicia] = rows.map((row) => row.serial);
    const nothing = { requestIds: [], serial: null, email: null, userId: null };
    const own = async (proofs: object) =>
      new Map([...(await ownSerials(db, { ...nothing, ...proofs }))].sort());
    const both = [first, second].map((serial) => [serial, 'certificate'] as const);
    expect(await own({ serial: first })).toEqual(new Map(both.sort()));
    expect(await own({ serial: bare })).toEqual(new Map([[bare, 'certificate']]));
    // The strongest proof is named.
    expect([...(await own({ serial: first, email: 'alice@example.org' })).entries()]).toEqual(
      [...both, [alicia, 'mailbox']].sort(([a], [b]) => ((a ?? '') < (b ?? '') ? -1 : 1)),
    );
    expect(await own({ requestIds: ['R-00000000'], userId: 'nobody' })).toEqual(new Map());
  });

  it('an unused secret for the same thing is seen until it is used, old or out of date', async () => {
    const { db } = database;
    const made = { kind: 'lost' as const, payload: { email: 'a@example.org' } };
    await insertOneTimeSecret(db, {
      ...made,
      secretHash: 'h1',
      now: NOW,
      expiresAt: new Date(NOW.getTime() + 1000),
    });
    const seen = (ms: number, since = NOW, payload: unknown = made.payload) =>
      unusedSecretSince(db, { kind: 'lost', payload, now: new Date(NOW.getTime() + ms), since });
    expect(await seen(0)).toBe(true);
    expect(await seen(0, NOW, { email: 'b@example.org' })).toBe(false);
    expect(await seen(0, new Date(NOW.getTime() + 1))).toBe(false);
    expect(await seen(1000)).toBe(false);
    await useOneTimeSecret(db, { kind: 'lost', secretHash: 'h1', now: NOW });
    expect(await seen(0)).toBe(false);
  });
});
