import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { insertUser } from '../db/users';
import { testHouse } from '../testing/ctx';
import { startTestSigner, type TestSigner } from '../testing/signer';
import type { SignerStatus } from '../wire/status';
import { alarmsOf } from './ca-alarms';
import { caExpiries } from './ca-expiries';
import { mailCaAlarms } from './mail-ca-alarms';

const DAY = 86_400_000;
let signer: TestSigner;
let status: SignerStatus;
beforeAll(async () => {
  signer = await startTestSigner();
  status = await signer.client.status();
}, 60_000);
afterAll(() => signer.remove());

const end = (): number => signer.ca.signing.notAfter.getTime();
/** Alarms of the signing CA alone, when it has so many days left. */
const daysBefore = (days: number) =>
  alarmsOf({ ...status, crlEnds: [], responders: [] }, null, new Date(end() - days * DAY)).filter(
    ({ params }) => String(params['name']).includes('Signing'),
  );

describe('what ends', () => {
  it('is told with whole days, the soonest first', () => {
    const expiries = caExpiries(status, new Date());
    expect(expiries.map(({ what }) => what).sort()).toEqual(
      ['ocsp', 'root-ca', 'root-crl', 'signing-ca', 'signing-crl'].filter(
        (what) => what !== 'ocsp' || status.responders.length > 0,
      ),
    );
    expect(expiries.map(({ end: at }) => at)).toEqual(expiries.map(({ end: at }) => at).sort());
    expect(expiries.find(({ what }) => what === 'signing-ca')).toMatchObject({
      name: 'JupyterHub Signing CA',
      keyId: signer.caKeyId,
      end: signer.ca.signing.notAfter.toISOString(),
      daysLeft: Math.floor((end() - Date.now()) / DAY),
    });
  });

  it('of a former CA is its last certificate, and nothing once that has ended', () => {
    const lastEnd = new Date(Date.now() + 40.5 * DAY).toISOString();
    const keyId = signer.caKeyId;
    const list = { list: 'former' as const, keyId, number: 9, thisUpdate: lastEnd, nextUpdate: lastEnd };
    const former: SignerStatus = {
      ...status,
      signingCa: status.rootCa,
      formerCas: [status.signingCa ?? ''],
      formerKeys: [{ keyId, state: 'unlocked', lastEnd }],
      crlEnds: [list],
      responders: [],
    };
    const told = (one: SignerStatus) =>
      caExpiries(one, new Date()).filter(({ what }) => what.startsWith('former'));
    expect(told(former).map(({ what, daysLeft }) => [what, daysLeft])).toEqual([
      ['former-ca', 40],
      ['former-crl', 40],
    ]);
    expect(told({ ...former, formerKeys: [] })).toEqual([]);
    // Its list may end then, too: nobody needs it.
    const later = new Date(Date.now() + 50 * DAY);
    expect(alarmsOf({ ...former, formerKeys: [] }, null, later)).toEqual([]);
    expect(alarmsOf(former, null, later).map(({ code }) => code)).toEqual(['crl-ended']);
  });
});

describe('the alarm of a CA', () => {
  // Both sides of each threshold.
  it.each([
    [366, null],
    [365, '365'],
    [181, '365'],
    [180, '180'],
    [90, '90'],
    [30, '30'],
    [7, '7'],
    [0, '0'],
  ])('with %i days left', (days, threshold) => {
    const alarms = daysBefore(days);
    if (threshold === null) expect(alarms).toEqual([]);
    else expect(alarms).toMatchObject([{ code: 'ca-ends', key: `ca/${signer.caKeyId}/${threshold}` }]);
  });

  it('says so when it has ended, and is bad when it must be done', () => {
    expect(daysBefore(-1)).toMatchObject([{ code: 'ca-ended', level: 'bad' }]);
    expect(daysBefore(90)).toMatchObject([{ level: 'warn' }]);
    expect(daysBefore(89)).toMatchObject([{ level: 'bad' }]);
  });

  it('tells an OCSP certificate that has ended from one that ends', () => {
    const from = new Date(Date.now() - 30 * DAY).toISOString();
    const alarmed = (left: number) => {
      const notAfter = new Date(Date.now() + left * DAY).toISOString();
      const responders = [{ caKeyId: signer.caKeyId, serial: '4'.repeat(40), notBefore: from, notAfter }];
      return alarmsOf({ ...status, responders }, null, new Date());
    };
    expect(alarmed(8.5)).toEqual([]);
    expect(alarmed(0.5)).toMatchObject([{ code: 'ocsp-ends', level: 'warn' }]);
    expect(alarmed(-0.5)).toMatchObject([
      { code: 'ocsp-ended', level: 'bad', says: expect.stringContaining(' ended at ') as string },
    ]);
  });

  it('speaks of a former key that stays locked while the signer works', () => {
    const formerKeys: SignerStatus['formerKeys'] = [
      { keyId: 'ab'.repeat(20), state: 'locked', lastEnd: new Date(Date.now() + DAY).toISOString() },
    ];
    const codes = (one: Partial<SignerStatus>) =>
      alarmsOf({ ...status, formerKeys, ...one }, null, new Date()).map(({ code }) => code);
    expect(codes({})).toEqual(['former-key']);
    expect(codes({ state: 'locked' })).toEqual([]);
  });

  it('goes to each operator once per threshold', async () => {
    const now = new Date(end() - 100 * DAY);
    const house = await testHouse({
      signer,
      now,
      config: { mail: { transport: 'smtp', host: 'localhost', from: 'hub@example.org' } },
    });
    try {
      const person = {
        displayName: 'Olga',
        passwordHash: null,
        disabledAt: null,
        sessionVersion: 1,
        createdAt: now,
        lastSignInAt: null,
      };
      await insertUser(house.ctx.db, {
        ...person,
        id: 'o',
        login: 'olga',
        email: 'olga@example.org',
        roles: '["operator"]',
      });
      await insertUser(house.ctx.db, {
        ...person,
        id: 'p',
        login: 'paul',
        email: 'paul@example.org',
        roles: '["approver"]',
      });
      const clock = house.as({ kind: 'system', name: 'alarms' });
      const mails = async () => {
        const rows = await house.ctx.db.prisma.outboxMail.findMany({ where: { template: 'ca-alarm' } });
        return rows
          .filter(({ vars }) => vars.includes('"ca-ends"'))
          .map(({ recipient, dedupeKey }) => [recipient, dedupeKey.split('/').at(-2)]);
      };
      await mailCaAlarms(clock);
      await mailCaAlarms(clock);
      expect(await mails()).toEqual([['olga@example.org', '180']]);
      house.advance(10.5 * DAY);
      await mailCaAlarms(clock);
      expect((await mails()).sort()).toEqual([
        ['olga@example.org', '180'],
        ['olga@example.org', '90'],
      ]);
    } finally {
      await house.close();
    }
  });
});
