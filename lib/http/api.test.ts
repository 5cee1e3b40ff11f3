import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { GET as caFile } from '../../app/ca/[file]/route';
import { GET as crlFile } from '../../app/crl/[file]/route';
import { GET as healthz } from '../../app/healthz/route';
import { GET as metrics } from '../../app/metrics/route';
import { GET as openApi } from '../../app/api/v1/openapi.json/route';
import { GET as readyz } from '../../app/readyz/route';
import { GET as adminCertificates } from '../../app/api/v1/admin/certificates/route';
import { POST as revoke } from '../../app/api/v1/admin/certificates/[serial]/revoke/route';
import { GET as adminRequests } from '../../app/api/v1/admin/requests/route';
import { POST as approve } from '../../app/api/v1/admin/requests/[id]/approve/route';
import { POST as reject } from '../../app/api/v1/admin/requests/[id]/reject/route';
import { POST as sign } from '../../app/api/v1/admin/requests/sign/route';
import { POST as submit } from '../../app/api/v1/requests/route';
import { GET as view } from '../../app/api/v1/requests/[id]/route';
import { GET as file } from '../../app/api/v1/requests/[id]/[file]/route';
import { POST as withdraw } from '../../app/api/v1/requests/[id]/withdraw/route';
import { POST as open } from '../../app/(portal)/certs/requests/[id]/open/route';
import { listAuditEvents } from '../testing/audit-rows';
import { createApiToken } from '../identity/api-tokens';
import { callRoute, openTestHouse, type TestHouse } from '../testing/house';
import { makeCsr } from '../x509/testing/csr-maker';
import { encodeName } from '../x509/name';
import { toPem } from '../x509/pem';

let house: TestHouse;
let token: string;
let operator: string;

beforeAll(async () => {
  house = await openTestHouse({});
  ({ token } = await createApiToken(house.ctx, { name: 'ci', roles: ['approver'], expiresAt: null }));
  ({ token: operator } = await createApiToken(house.ctx, {
    name: 'op',
    roles: ['operator'],
    expiresAt: null,
  }));
});
afterAll(() => house.remove());

const csrFor = (account: string) => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return makeCsr({ privateKey, subject: encodeName([{ type: 'CN', value: account }]) });
};
const pemFor = (account: string) => toPem('CERTIFICATE REQUEST', csrFor(account));
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
const freshAccount = () => `u${randomUUID().replaceAll('-', '').slice(0, 12)}`;
type Answer = Record<string, unknown> & { id: string; pickupSecret: string };
const read = async (response: Response) => (await response.json()) as Answer;

async function submitted(account = freshAccount()): Promise<Answer> {
  const response = await callRoute(house, submit, { json: { csr: pemFor(account), email: 'a@example.org' } });
  expect(response.status).toBe(201);
  return read(response);
}

describe('POST /api/v1/requests', () => {
  it('takes JSON and answers 201 with the pick-up secret', async () => {
    const answer = await submitted();
    expect(answer).toMatchObject({ state: 'SUBMITTED' });
    expect(answer['statusUrl']).toBe(`https://localhost:8443/certs/requests/${answer.id}`);
  });

  it.each(['application/pkcs10', 'application/x-pem-file'])(
    'takes a PEM body as %s, with ?email=',
    async (type) => {
      const response = await callRoute(house, submit, {
        path: '/api/v1/requests?email=a%40example.org',
        headers: { 'content-type': type },
        body: pemFor(freshAccount()),
      });
      expect(response.status).toBe(201);
    },
  );

  it.each([
    ['JSON that is none', { 'content-type': 'application/json' }, '{', 400, 'http.malformed'],
    ['an unknown key', { 'content-type': 'application/json' }, '{"csr":"x","evil":1}', 400, 'http.invalid'],
    ['another type', { 'content-type': 'text/plain' }, 'x', 415, 'http.media-type'],
    ['no CSR', { 'content-type': 'application/pkcs10' }, 'hello', 400, 'csr.malformed'],
    ['17 KiB', { 'content-type': 'application/pkcs10' }, 'A'.repeat(17 * 1024), 413, 'csr.too-large'],
    ['70 KiB', { 'content-type': 'application/pkcs10' }, 'A'.repeat(70 * 1024), 413, 'http.too-large'],
  ])('refuses %s', async (_what, headers, body, status, code) => {
    const response = await callRoute(house, submit, { headers, body });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({ code, status });
  });

  it('refuses a private key, and neither stores nor logs it', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const response = await callRoute(house, submit, { json: { csr: key, email: null } });
    expect(await response.json()).toMatchObject({ code: 'csr.private-key' });
    const rows = await listAuditEvents(house.instance.db);
    expect(JSON.stringify(rows)).not.toContain('PRIVATE');
    expect(rows.at(-1)).toMatchObject({ action: 'request.submit', outcome: 'refused', actor: 'visitor' });
  });

  it('refuses the same key twice with 409', async () => {
    const csr = pemFor(freshAccount());
    await callRoute(house, submit, { json: { csr } });
    const again = await callRoute(house, submit, {
      json: { csr },
      headers: { 'x-forwarded-for': '198.51.100.9' },
    });
    expect(again.status).toBe(409);
    expect(await again.json()).toMatchObject({ code: 'request.duplicate-key' });
  });

  it('carries a harmless request id through and replaces another', async () => {
    const kept = await callRoute(house, submit, {
      headers: { 'x-request-id': 'from-the-front-1' },
      json: {},
    });
    expect(kept.headers.get('x-request-id')).toBe('from-the-front-1');
    const made = await callRoute(house, submit, { headers: { 'x-request-id': 'a b' }, json: {} });
    expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f]{24}$/);
  });
});

describe('GET /api/v1/requests/{id}', () => {
  it('answers 401 without, 404 with a wrong and 200 with the right secret', async () => {
    const { id, pickupSecret } = await submitted();
    const call = { path: `/api/v1/requests/${id}`, params: { id } };
    expect((await callRoute(house, view, call)).status).toBe(401);
    const wrong = await callRoute(house, view, { ...call, headers: bearer('wrong-wrong-wrong') });
    expect(wrong.status).toBe(404);
    expect(await wrong.json()).toMatchObject({ code: 'request.not-found' });
    const right = await callRoute(house, view, { ...call, headers: bearer(pickupSecret) });
    expect(await right.json()).toMatchObject({ id, state: 'SUBMITTED' });
  });

  it('opens one request with its secret, not another', async () => {
    const [one, other] = [await submitted(), await submitted()];
    const response = await callRoute(house, view, {
      params: { id: one.id },
      headers: bearer(other.pickupSecret),
    });
    expect(response.status).toBe(404);
  });

  it('gives the secret back as a cookie, which opens this request only', async () => {
    const [one, other] = [await submitted(), await submitted()];
    const opened = await callRoute(house, open, {
      path: `/certs/requests/${one.id}/open`,
      params: { id: one.id },
      headers: { origin: 'https://localhost:8443', 'content-type': 'application/x-www-form-urlencoded' },
      body: `secret=${one.pickupSecret}`,
    });
    expect(opened.status).toBe(303);
    const [cookie = ''] = (opened.headers.get('set-cookie') ?? '').split(';');
    expect((await callRoute(house, view, { params: { id: one.id }, headers: { cookie } })).status).toBe(200);
    expect((await callRoute(house, view, { params: { id: other.id }, headers: { cookie } })).status).toBe(
      401,
    );
    const moved = cookie.replace(one.id, other.id);
    expect(
      (await callRoute(house, view, { params: { id: other.id }, headers: { cookie: moved } })).status,
    ).toBe(401);
    // Somebody else's page cannot withdraw with it.
    const forged = {
      params: { id: one.id },
      method: 'POST',
      headers: { cookie, origin: 'https://evil.example' },
    };
    expect(await (await callRoute(house, withdraw, forged)).json()).toMatchObject({
      code: 'auth.wrong-origin',
    });
  });

  it('withdraws', async () => {
    const { id, pickupSecret } = await submitted();
    const call = { method: 'POST', params: { id }, headers: bearer(pickupSecret) };
    expect(await (await callRoute(house, withdraw, call)).json()).toEqual({ id, state: 'WITHDRAWN' });
    const again = await callRoute(house, withdraw, call);
    expect(again.status).toBe(409);
    expect(await again.json()).toMatchObject({ code: 'request.state' });
  });
});

describe('the administrators’ doors', () => {
  it('need a token with the role', async () => {
    expect((await callRoute(house, adminRequests)).status).toBe(401);
    expect((await callRoute(house, adminRequests, { headers: bearer('hgt_unknown_token') })).status).toBe(
      401,
    );
    expect((await callRoute(house, adminRequests, { headers: bearer(token) })).status).toBe(200);
    const { id } = await submitted();
    const approval = { params: { id }, json: {}, headers: bearer(operator) };
    expect((await callRoute(house, approve, approval)).status).toBe(403);
  });

  it('list by page', async () => {
    await submitted();
    await submitted();
    const first = await callRoute(house, adminRequests, {
      path: '/api/v1/admin/requests?state=SUBMITTED&limit=1',
      headers: bearer(token),
    });
    const { items, nextCursor } = (await first.json()) as { items: Answer[]; nextCursor: string };
    expect(items).toHaveLength(1);
    expect(items[0]?.['checks']).toBeInstanceOf(Array);
    const second = await callRoute(house, adminRequests, {
      path: `/api/v1/admin/requests?state=SUBMITTED&limit=1&cursor=${encodeURIComponent(nextCursor)}`,
      headers: bearer(token),
    });
    expect(((await second.json()) as { items: Answer[] }).items[0]?.id).not.toBe(items[0]?.id);
  });

  it('reject with a reason, which the requester reads', async () => {
    const { id, pickupSecret } = await submitted();
    const empty = await callRoute(house, reject, { params: { id }, json: {}, headers: bearer(token) });
    expect(empty.status).toBe(400);
    const done = await callRoute(house, reject, {
      params: { id },
      json: { reason: 'Please use your account name.' },
      headers: bearer(token),
    });
    expect(await done.json()).toEqual({ id, state: 'REJECTED' });
    const seen = await callRoute(house, view, { params: { id }, headers: bearer(pickupSecret) });
    expect(await seen.json()).toMatchObject({ state: 'REJECTED', reason: 'Please use your account name.' });
  });

  it('approve, sign as a stream, hand out and revoke', async () => {
    const { id, pickupSecret } = await submitted();
    const approved = await callRoute(house, approve, { params: { id }, json: {}, headers: bearer(token) });
    expect(await approved.json()).toEqual({ id, state: 'APPROVED' });

    const stream = await callRoute(house, sign, { json: { ids: [id] }, headers: bearer(token) });
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    expect(stream.headers.get('cache-control')).toContain('no-transform');
    const text = await stream.text();
    expect(text).toMatch(/event: item\ndata: \{.*"state":"ISSUED".*\}/);
    expect(text).toMatch(/event: done\ndata: \{"issued":1,"failed":0\}/);

    const seen = (await (
      await callRoute(house, view, { params: { id }, headers: bearer(pickupSecret) })
    ).json()) as { certificate: { serial: string; pem: string; chain: string } };
    const { serial, pem } = seen.certificate;
    expect(pem).toContain('BEGIN CERTIFICATE');
    for (const [name, type] of [
      ['certificate.pem', 'application/x-pem-file'],
      ['certificate.crt', 'application/pkix-cert'],
      ['certificate.p7b', 'application/x-pkcs7-certificates'],
    ] as const) {
      const got = await callRoute(house, file, { params: { id, file: name }, headers: bearer(pickupSecret) });
      expect(got.status).toBe(200);
      expect(got.headers.get('content-type')).toBe(type);
      expect(got.headers.get('cache-control')).toContain('no-store');
    }
    const revoked = await callRoute(house, revoke, {
      params: { serial },
      json: { reason: 'keyCompromise' },
      headers: bearer(operator),
    });
    expect(await revoked.json()).toMatchObject({ serial, state: 'REVOKED', reason: 'keyCompromise' });
    const list = await callRoute(house, adminCertificates, {
      path: '/api/v1/admin/certificates?state=REVOKED',
      headers: bearer(operator),
    });
    expect(((await list.json()) as { items: { serial: string }[] }).items[0]?.serial).toBe(serial);
  });

  it('sign with one JSON answer for Accept: application/json', async () => {
    const { id } = await submitted();
    await callRoute(house, approve, { params: { id }, json: {}, headers: bearer(token) });
    const answer = await callRoute(house, sign, {
      json: { all: true },
      headers: { ...bearer(token), accept: 'application/json' },
    });
    const { results } = (await answer.json()) as {
      results: { id: string; state: string; serial?: string }[];
    };
    expect(results.find((one) => one.id === id)).toMatchObject({ state: 'ISSUED' });
  });

  it('say 503 when the signer is locked', async () => {
    const { id } = await submitted();
    await callRoute(house, approve, { params: { id }, json: {}, headers: bearer(token) });
    await house.signer.operator.lock();
    try {
      const answer = await callRoute(house, sign, { json: { ids: [id] }, headers: bearer(token) });
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({ code: 'signer.locked' });
      const ready = await callRoute(house, readyz);
      expect(ready.status).toBe(200);
      expect(await ready.json()).toMatchObject({ ready: true, signer: 'locked' });
    } finally {
      await house.signer.operator.unlock(house.signer.passphrase);
    }
  });
});

describe('the CA’s files', () => {
  it.each([
    ['root-ca.crt', 'application/x-x509-ca-cert'],
    ['signing-ca.crt', 'application/x-x509-ca-cert'],
    ['root-ca.pem', 'application/x-pem-file'],
    ['bundle.pem', 'application/x-pem-file'],
    ['bundle.p7b', 'application/x-pkcs7-certificates'],
    ['hubgate.mobileconfig', 'application/x-apple-aspen-config'],
    ['SHA256SUMS', 'text/plain; charset=utf-8'],
  ])('%s comes over http with its type, an ETag, and 304', async (name, type) => {
    const call = { origin: 'http://localhost:8080', params: { file: name } };
    const first = await callRoute(house, caFile, call);
    expect(first.status).toBe(200);
    expect(first.headers.get('content-type')).toBe(type);
    const etag = first.headers.get('etag') ?? '';
    const again = await callRoute(house, caFile, { ...call, headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
  });

  it('knows no other file', async () => {
    expect((await callRoute(house, caFile, { params: { file: 'root-ca.key' } })).status).toBe(404);
  });

  it.each(['root-ca.crl', 'signing-ca.crl'])('%s is DER with its type', async (name) => {
    const answer = await callRoute(house, crlFile, {
      origin: 'http://localhost:8080',
      params: { file: name },
    });
    expect(answer.headers.get('content-type')).toBe('application/pkix-crl');
    expect(answer.headers.get('cache-control')).toContain('max-age');
    expect(new Uint8Array(await answer.arrayBuffer())[0]).toBe(0x30);
  });

  it('a list is cached no longer than it holds, and its dates and tag give 304', async () => {
    const call = { origin: 'http://localhost:8080', params: { file: 'signing-ca.crl' } };
    const first = await callRoute(house, crlFile, call);
    expect(first.headers.get('cache-control')).toBe('public, max-age=3600');
    const modified = first.headers.get('last-modified') ?? '';
    const etag = first.headers.get('etag') ?? '';
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await callRoute(house, crlFile, { ...call, headers })).status;
    expect(await status({ 'if-modified-since': modified })).toBe(304);
    const earlier = new Date(Date.parse(modified) - 1000).toUTCString();
    expect(await status({ 'if-modified-since': earlier })).toBe(200);
    expect(await status({ 'if-modified-since': 'yesterday' })).toBe(200);
    expect(await status({ 'if-none-match': etag })).toBe(304);
    // Another tag counts more than the same date.
    expect(await status({ 'if-none-match': '"x"', 'if-modified-since': modified })).toBe(200);
  });

  it('the list of a signing CA is there by its key, and no other', async () => {
    const name = (file: string) => callRoute(house, crlFile, { params: { file } });
    const { caKeyId } = await house.ctx.signer.status();
    const [byKey, byName] = [await name(`${caKeyId}.crl`), await name('signing-ca.crl')];
    expect(await byKey.arrayBuffer()).toEqual(await byName.arrayBuffer());
    expect((await name(`${'ab'.repeat(20)}.crl`)).status).toBe(404);
    expect((await name('x.crl')).status).toBe(404);
  });
});

describe('for monitors and programs', () => {
  it('healthz answers on every name', async () => {
    for (const origin of [
      'https://localhost:8443',
      'https://canary.localhost:8443',
      'https://other.example',
    ]) {
      expect((await callRoute(house, healthz, { origin })).status).toBe(200);
    }
  });

  it('metrics is not there unless configured', async () => {
    expect((await callRoute(house, metrics)).status).toBe(404);
  });

  it('describes every route of the API', async () => {
    const document = (await (await callRoute(house, openApi)).json()) as { paths: Record<string, object> };
    const folders = readdirSync('app/api/v1', { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('/route.ts') && existsSync(`app/api/v1/${path}`))
      .map((path) => `/api/v1/${path.slice(0, -'/route.ts'.length).replace(/\[(\w+)\]/g, '{$1}')}`)
      .filter((path) => path !== '/api/v1/openapi.json');
    expect(Object.keys(document.paths).sort()).toEqual(folders.sort());
    expect(JSON.stringify(document)).not.toContain('$defs');
    expect(document.paths['/api/v1/requests']).toMatchObject({
      post: { requestBody: { content: { 'application/json': { schema: { required: ['csr'] } } } } },
    });
  });
});
