import { createHash, createPrivateKey, sign, type KeyObject } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { GET as calendar } from '../../app/(portal)/certs/requests/[id]/renewal.ics/route';
import { POST as renew } from '../../app/api/v1/renewals/route';
import { GET as view } from '../../app/api/v1/requests/[id]/route';
import { GET as file } from '../../app/api/v1/requests/[id]/[file]/route';
import { approveRequest } from '../requests/approve-request';
import { signRequests } from '../requests/sign-requests';
import { submitRequest } from '../requests/submit-request';
import { revokeCertificate } from '../certificates/revoke-certificate';
import { findRequest } from '../db/requests';
import { listAuditEvents } from '../testing/audit-rows';
import { callRoute, openTestHouse, type TestCall, type TestHouse } from '../testing/house';
import { makeCsr, subjectKey } from '../testing/orders';
import { allEvents } from '../testing/requests';
import { renewalMessage } from '../wire/renewal-proof';
import { toPem } from '../x509/pem';
import { findCertificate } from '../certificates/find-certificate';

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({ config: { pki: { userDays: 20 } } as never });
});
afterAll(() => house.remove());

type Old = { serial: string; pem: string; key: KeyObject; name: string };
type Answer = Record<string, unknown> & { id: string; pickupSecret: string };

async function issue(name: string, locale: 'en' | 'es' = 'en'): Promise<Old> {
  const key = subjectKey('p-256');
  const { id } = await submitRequest(
    { ...house.ctx, locale },
    {
      csr: makeCsr(key, name),
      email: `${name}@example.org`,
      source: 'cli',
    },
  );
  await approveRequest(house.ctx, { id, vouchEmail: true });
  return { ...(await signOne(id)), key, name };
}

async function signOne(id: string): Promise<{ serial: string; pem: string }> {
  const [event] = await allEvents(signRequests(house.ctx, { ids: [id] }));
  if (event?.event !== 'item' || event.serial === undefined) throw new Error(JSON.stringify(event));
  const { pem } = await findCertificate(house.ctx, { serial: event.serial });
  return { serial: event.serial, pem };
}

const csrPem = (name: string) => toPem('CERTIFICATE REQUEST', makeCsr(subjectKey('p-256'), name));

/** As the front forwards a certificate that was shown to the gate. */
const shown = ({ pem }: Pick<Old, 'pem'>, verify = 'SUCCESS') => ({
  'x-ssl-client-verify': verify,
  'x-ssl-client-cert': pem.trim().replaceAll('\n', ' '),
});

const call = (options: TestCall): Promise<Response> =>
  callRoute(house, renew, { method: 'POST', origin: house.instance.config.site.gateUrl, ...options });

describe('POST /api/v1/renewals', () => {
  it('answers as a request does, and the certificate can be picked up', async () => {
    const old = await issue('ann');
    const response = await call({ json: { csr: csrPem('ann') }, headers: shown(old) });
    expect(response.status).toBe(201);
    const answer = (await response.json()) as Answer;
    expect(answer).toMatchObject({
      state: 'APPROVED',
      statusUrl: `${house.instance.config.site.url}/certs/requests/${answer.id}`,
      renews: old.serial,
      automatic: true,
      obstacle: null,
    });
    const { serial } = await signOne(answer.id);
    const headers = { authorization: `Bearer ${answer.pickupSecret}` };
    const read = await callRoute(house, view, { params: { id: answer.id }, headers });
    expect(await read.json()).toMatchObject({ state: 'ISSUED', certificate: { serial } });
    const params = { id: answer.id, file: 'certificate.pem' };
    expect((await callRoute(house, file, { params, headers })).status).toBe(200);
  });

  it('takes the CSR as the body, and keeps mailing in the language of the first request', async () => {
    const old = await issue('ben', 'es');
    const response = await call({
      body: csrPem('ben'),
      headers: { 'content-type': 'application/x-pem-file', 'accept-language': 'en', ...shown(old) },
    });
    expect(response.status).toBe(201);
    const { id } = (await response.json()) as Answer;
    expect(await findRequest(house.instance.db, id)).toMatchObject({
      email: 'ben@example.org',
      locale: 'es',
      source: 'api',
    });
  });

  it('knows a holder by the proof alone, on any name, in either alphabet of base64', async () => {
    const old = await issue('cat');
    const der = makeCsr(subjectKey('p-256'), 'cat');
    const csrSha256 = createHash('sha256').update(der).digest('hex');
    const key = createPrivateKey(old.key.export({ format: 'pem', type: 'pkcs8' }));
    const proof = sign('sha256', renewalMessage({ csrSha256, serial: old.serial }), key);
    const response = await call({
      origin: house.instance.config.site.url,
      path: `/api/v1/renewals?serial=${old.serial}&proof=${proof.toString('base64url')}`,
      body: toPem('CERTIFICATE REQUEST', der),
      headers: { 'content-type': 'application/pkcs10' },
    });
    expect(response.status).toBe(201);
    const { id } = (await response.json()) as Answer;
    expect((await signOne(id)).serial).toMatch(/^[0-9a-f]{40}$/);
  });
});

describe('GET /certs/requests/{id}/renewal.ics', () => {
  it('is the end of the certificate for a calendar, for who has the pick-up secret alone', async () => {
    const old = await issue('ivy');
    const response = await call({ json: { csr: csrPem('ivy') }, headers: shown(old) });
    const { id, pickupSecret } = (await response.json()) as Answer;
    const get = async (secret: string | null, of = id) => {
      const headers: Record<string, string> = secret === null ? {} : { authorization: `Bearer ${secret}` };
      const answer = await callRoute(house, calendar, { params: { id: of }, headers });
      const text = await answer.text();
      return { status: answer.status, type: answer.headers.get('content-type'), text };
    };
    expect(await get(pickupSecret)).toMatchObject({
      status: 404,
      text: expect.stringContaining('certificate.not-found'),
    });
    const { serial } = await signOne(id);
    const { notAfter } = await findCertificate(house.ctx, { serial });
    const mine = await get(pickupSecret);
    expect(mine).toMatchObject({ status: 200, type: 'text/calendar; charset=utf-8; method=PUBLISH' });
    const lines = mine.text.replaceAll('\r\n ', '').split('\r\n');
    expect(lines).toContain(`DTSTART:${notAfter.replaceAll(/[-:]|\.\d+/g, '')}`);
    expect(lines).toContain(`UID:${serial}@localhost`);
    expect(await get('w'.repeat(43))).toMatchObject({ status: 404 });
    expect(await get(pickupSecret, 'R-00000000')).toMatchObject({ status: 404 });
    expect(await get(null)).toMatchObject({ status: 401 });
  });
});

describe('what is refused', () => {
  const codeOf = async (response: Promise<Response>) => {
    const { status, code } = (await (await response).json()) as { status: number; code: string };
    return `${status} ${code}`;
  };

  it.each([
    ['a page of a notebook, with the gate’s own origin', { origin: 'https://gate.localhost:8444' }],
    ['a script whose browser tells less', { 'sec-fetch-site': 'same-origin' }],
  ])('%s', async (_what, headers) => {
    const old = await issue(`web${Object.keys(headers)[0]?.length ?? 0}`);
    const response = call({ json: { csr: csrPem(old.name) }, headers: { ...headers, ...shown(old) } });
    expect(await codeOf(response)).toBe('403 auth.wrong-origin');
  });

  it('no certificate, a foreign one, and headers that no front wrote', async () => {
    const old = await issue('dan');
    const json = { csr: csrPem('dan') };
    expect(await codeOf(call({ json }))).toBe('401 auth.no-certificate');
    const forged = { ...shown(old), 'x-hubgate-transport': 'tcp' };
    expect(await codeOf(call({ json, headers: forged }))).toBe('401 auth.no-certificate');
    const root = { pem: house.signer.ca.root.pem };
    expect(await codeOf(call({ json, headers: shown(root) }))).toBe('401 auth.no-certificate');
    const failed = shown(old, 'FAILED:unable to get local issuer certificate');
    expect(await codeOf(call({ json, headers: failed }))).toBe('401 auth.no-certificate');
  });

  it('a revoked certificate, whatever the front says of it', async () => {
    const old = await issue('eve');
    await revokeCertificate(house.ctx, { serial: old.serial, reason: 'superseded' });
    for (const verify of ['SUCCESS', 'FAILED:certificate revoked']) {
      const response = call({ json: { csr: csrPem('eve') }, headers: shown(old, verify) });
      expect(await codeOf(response)).toBe('409 certificate.state');
    }
  });

  it('another serial than the one shown, a CSR for somebody else, a field that is not known', async () => {
    const old = await issue('fay');
    const headers = shown(old);
    expect(await codeOf(call({ json: { csr: csrPem('fay'), serial: 'ab'.repeat(20) }, headers }))).toBe(
      '400 http.invalid',
    );
    expect(await codeOf(call({ json: { csr: csrPem('bob') }, headers }))).toBe('422 renewal.subject');
    expect(await codeOf(call({ json: { csr: csrPem('fay'), commonName: 'fay' }, headers }))).toBe(
      '400 http.invalid',
    );
    const unknown = { csr: csrPem('fay'), serial: 'cd'.repeat(20), proof: 'AAAA' };
    expect(await codeOf(call({ json: unknown }))).toBe('422 renewal.proof');
    const events = await listAuditEvents(house.instance.db);
    expect(
      events.filter((one) => one.action === 'certificate.renew' && one.outcome === 'refused'),
    ).not.toEqual([]);
  });
});
