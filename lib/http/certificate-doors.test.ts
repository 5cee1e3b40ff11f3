import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { GET as certCheck } from '../../app/api/cert-check/route';
import { GET as handOver } from '../../app/auth/certificate/route';
import { GET as handOverFinish } from '../../app/auth/certificate/finish/route';
import { GET as handOverStart } from '../../app/auth/certificate/start/route';
import { callRoute, openTestHouse, type TestHouse } from '../testing/house';
import type { CertificateInfo } from '../x509/certificate';
import { toPem } from '../x509/pem';
import { testChain, testKey, testPlan, testSign, type TestChain } from '../x509/testing/throwaway-ca';

const PORTAL = 'https://localhost:8443';
const GATE = 'https://gate.localhost:8444';
const DAY = 86_400_000;

let house: TestHouse;
let ours: TestChain;
let foreign: TestChain;

beforeAll(async () => {
  house = await openTestHouse();
  // A CA whose key the test holds, in place of the signer's: the web process knows it by these files.
  ours = testChain('p-384', 'p-256', new Date());
  foreign = testChain('p-384', 'p-256', new Date());
  writeFileSync(join(house.instance.paths.caDir, 'signing-ca.pem'), ours.signing.certificate.pem);
  writeFileSync(join(house.instance.paths.caDir, 'root-ca.pem'), ours.root.certificate.pem);
});
afterAll(() => house.remove());

function userCertificate(
  chain: TestChain,
  at = new Date(),
  days = 30,
  ou = 'NLHPC',
  names: readonly string[] = ['alice'],
): CertificateInfo {
  const { spki } = testKey('p-256');
  const plan = testPlan({ kind: 'user', commonName: 'alice', spki }, chain.signing, at, days);
  const subject = plan.subject.flatMap((one) => {
    if (one.type === 'CN') return names.map((value) => ({ ...one, value }));
    return one.type === 'OU' ? { ...one, value: ou } : one;
  });
  return testSign({ ...plan, subject }, chain.signing.key.privateKey);
}
const oneLine = (info: CertificateInfo) => toPem('CERTIFICATE', info.der).trim().replaceAll('\n', ' ');
const shown = (info: CertificateInfo, verify = 'SUCCESS') => ({
  'x-ssl-client-verify': verify,
  'x-ssl-client-cert': oneLine(info),
});

type Check = {
  shown: boolean;
  accepted: boolean;
  reasons: { code: string }[];
  certificate?: { commonName: string };
  checks: { code: string }[];
  checkAt?: string;
};
async function check(headers: Record<string, string>, origin = GATE): Promise<Check> {
  const response = await callRoute(house, certCheck, { origin, headers });
  expect(response.status).toBe(200);
  return (await response.json()) as Check;
}
const codes = (answer: Check) => answer.reasons.map(({ code }) => code);

describe('cert-check', () => {
  it('accepts a certificate of ours', async () => {
    const answer = await check(shown(userCertificate(ours)));
    expect(answer).toMatchObject({
      shown: true,
      accepted: true,
      reasons: [],
      certificate: { commonName: 'alice' },
    });
  });

  it('says none-shown, and on the portal where to check', async () => {
    expect(await check({ 'x-ssl-client-verify': 'NONE' })).toMatchObject({
      shown: false,
      accepted: false,
      reasons: [{ code: 'none-shown' }],
    });
    const portal = await check({}, PORTAL);
    expect(portal).toMatchObject({ shown: false, checkAt: `${GATE}/status/cert-check` });
    expect(codes(portal)).toEqual(['none-shown']);
  });

  it.each([
    [
      'expired',
      () => shown(userCertificate(ours, new Date(Date.now() - 60 * DAY)), 'FAILED:certificate has expired'),
    ],
    [
      'not-yet-valid',
      () => shown(userCertificate(ours, new Date(Date.now() + 2 * DAY)), 'FAILED:not yet valid'),
    ],
    [
      'unknown-issuer',
      () => shown(userCertificate(foreign), 'FAILED:unable to get local issuer certificate'),
    ],
    ['revoked', () => ({ 'x-ssl-client-verify': 'FAILED:revoked' })],
    ['expired', () => ({ 'x-ssl-client-verify': 'FAILED:certificate has expired' })],
    ['unreadable', () => ({ 'x-ssl-client-verify': 'SUCCESS', 'x-ssl-client-cert': 'nonsense!' })],
    ['wrong-unit', () => shown(userCertificate(ours, new Date(), 30, 'OTHER'))],
    ['not-one-name', () => shown(userCertificate(ours, new Date(), 30, 'NLHPC', ['alice', 'bob']))],
    ['not-one-name', () => shown(userCertificate(ours, new Date(), 30, 'NLHPC', []))],
    ['unreadable', () => ({ 'x-ssl-client-verify': 'SUCCESS' })],
    ['key-not-proven', () => ({ 'x-ssl-client-cert': oneLine(userCertificate(ours)) })],
  ])('says %s', async (code, headers) => {
    const answer = await check(headers());
    expect(answer.accepted).toBe(false);
    expect(codes(answer)).toContain(code);
  });

  it('raises an alarm when the front accepts what does not verify', async () => {
    for (const info of [userCertificate(foreign), userCertificate(ours, new Date(Date.now() - 60 * DAY))]) {
      const answer = await check(shown(info, 'SUCCESS'));
      expect(answer.accepted).toBe(false);
      expect(answer.checks[0]).toMatchObject({ code: 'alarm', ok: false });
    }
  });

  it('does not accept the CA’s own certificate as a visitor’s', async () => {
    expect(codes(await check(shown(ours.signing.certificate)))).toContain('unknown-issuer');
  });

  it('ignores headers that did not come by the front', async () => {
    const headers = shown(userCertificate(ours));
    const tcp = { ...headers, 'x-hubgate-transport': 'tcp' };
    expect(codes(await check(tcp))).toEqual(['headers-not-trusted']);
    expect(codes(await check({ ...tcp, 'x-hubgate-front': 'wrong' }))).toEqual(['headers-not-trusted']);
    const { front } = house.instance.secrets;
    expect(await check({ ...tcp, 'x-hubgate-front': front })).toMatchObject({ accepted: true });
  });

  it('may be fetched with credentials from the portal’s page and from no other', async () => {
    const call = (origin: string) => callRoute(house, certCheck, { origin: GATE, headers: { origin } });
    const portal = await call(PORTAL);
    expect(portal.headers.get('access-control-allow-origin')).toBe(PORTAL);
    expect(portal.headers.get('access-control-allow-credentials')).toBe('true');
    expect((await call('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('the hand-over of a certificate', () => {
  const cookiesOf = (response: Response) =>
    response.headers.getSetCookie().map((line) => line.split(';')[0] ?? '');
  const pathOf = (response: Response) => {
    const { pathname, search } = new URL(response.headers.get('location') ?? '', PORTAL);
    return pathname + search;
  };

  async function start() {
    const response = await callRoute(house, handOverStart, { path: '/auth/certificate/start?next=%2Fcerts' });
    expect(response.headers.get('location')).toMatch(
      /^https:\/\/gate\.localhost:8444\/auth\/certificate\?state=/,
    );
    return { path: pathOf(response), cookie: cookiesOf(response)[0] ?? '' };
  }

  it('brings the identity from the gate to this browser on the portal, once', async () => {
    const { path, cookie } = await start();
    const gate = await callRoute(house, handOver, {
      origin: GATE,
      path,
      headers: shown(userCertificate(ours)),
    });
    expect(gate.status).toBe(303);
    expect(gate.headers.get('location')).toMatch(
      /^https:\/\/localhost:8443\/auth\/certificate\/finish\?code=/,
    );
    const finish = { path: pathOf(gate), headers: { cookie } };
    const done = await callRoute(house, handOverFinish, finish);
    expect(done.headers.get('location')).toBe('/certs');
    expect(cookiesOf(done).some((one) => one.startsWith('__Host-hubgate-cert.'))).toBe(true);
    const again = await callRoute(house, handOverFinish, finish);
    expect(again.headers.get('location')).toBe('/status/cert-check?problem=auth.code');
  });

  it('does not work in another browser', async () => {
    const mine = await start();
    const theirs = await start();
    const headers = shown(userCertificate(ours));
    const gate = await callRoute(house, handOver, { origin: GATE, path: mine.path, headers });
    const stolen = await callRoute(house, handOverFinish, {
      path: pathOf(gate),
      headers: { cookie: theirs.cookie },
    });
    expect(stolen.headers.get('location')).toBe('/status/cert-check?problem=auth.code');
    expect(cookiesOf(stolen).some((one) => /^__Host-hubgate-cert\.\w+=./.test(one))).toBe(false);
  });

  it('explains at the gate when no certificate is accepted, and begins at the portal', async () => {
    const { path } = await start();
    const refused = await callRoute(house, handOver, {
      origin: GATE,
      path,
      headers: shown(userCertificate(foreign)),
    });
    expect(refused.headers.get('location')).toBe(`${GATE}/status/cert-check`);
    const direct = await callRoute(house, handOver, { origin: GATE, path: '/auth/certificate' });
    expect(direct.headers.get('location')).toBe(`${PORTAL}/auth/certificate/start`);
    expect((await callRoute(house, handOver, { path })).status).toBe(404);
  });
});
