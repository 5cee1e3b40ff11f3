import { randomUUID } from 'node:crypto';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { GET as certCheck } from '../../app/api/cert-check/route';
import { GET as adminCertificates } from '../../app/api/v1/admin/certificates/route';
import { POST as revoke } from '../../app/api/v1/admin/certificates/[serial]/revoke/route';
import { POST as revokeMany } from '../../app/api/v1/admin/certificates/revoke/route';
import { POST as preview } from '../../app/api/v1/admin/certificates/revoke/preview/route';
import { POST as approve } from '../../app/api/v1/admin/requests/[id]/approve/route';
import { POST as sign } from '../../app/api/v1/admin/requests/sign/route';
import { POST as submit } from '../../app/api/v1/requests/route';
import { GET as view } from '../../app/api/v1/requests/[id]/route';
import { POST as revokeOwn } from '../../app/api/v1/requests/[id]/revoke/route';
import { createApiToken } from '../identity/api-tokens';
import { callRoute, openTestHouse, type TestHouse } from '../testing/house';
import { makeCsr, subjectKey } from '../testing/orders';
import { inBrowser } from '../testing/session';
import { toPem } from '../x509/pem';
import { mailboxCookieParts, mailboxOf } from './mailbox-cookie';
import { requesterCookie } from './requester-cookie';

let house: TestHouse;
let approver: string;
let operator: string;
beforeAll(async () => {
  house = await openTestHouse({ config: { site: { contact: 'help@example.org' } as never } });
  const token = async (role: 'approver' | 'operator') =>
    (await createApiToken(house.ctx, { name: role, roles: [role], expiresAt: null })).token;
  approver = await token('approver');
  operator = await token('operator');
});
afterAll(() => house.remove());

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
const freshAccount = () => `u${randomUUID().replaceAll('-', '').slice(0, 12)}`;
type Sent = { id: string; pickupSecret: string };
type Issued = Sent & { serial: string; pem: string; account: string };

async function submitted(account: string, key = subjectKey('p-256'), label?: string): Promise<Sent> {
  const csr = toPem('CERTIFICATE REQUEST', makeCsr(key, account));
  const answer = await callRoute(house, submit, {
    json: { csr, email: `${account}@example.org`, ...(label === undefined ? {} : { label }) },
  });
  expect(answer.status).toBe(201);
  return (await answer.json()) as Sent;
}

async function issued(account = freshAccount(), key = subjectKey('p-256'), label?: string): Promise<Issued> {
  const sent = await submitted(account, key, label);
  const params = { id: sent.id };
  await callRoute(house, approve, {
    params,
    json: { vouchEmail: true, confirmTakeover: true },
    headers: bearer(approver),
  });
  await callRoute(house, sign, {
    json: { ids: [sent.id] },
    headers: { ...bearer(approver), accept: 'application/json' },
  });
  const seen = (await (
    await callRoute(house, view, { params, headers: bearer(sent.pickupSecret) })
  ).json()) as { certificate: { serial: string; pem: string }; label: string | null };
  expect(seen.label).toBe(label ?? null);
  return { ...sent, ...seen.certificate, account };
}

type Json = Record<string, unknown>;
async function ask(handler: typeof revokeMany, call: Parameters<typeof callRoute>[2]) {
  const answer = await callRoute(house, handler, call);
  return { status: answer.status, body: (await answer.json()) as Json };
}

describe('POST /api/v1/requests/{id}/revoke', () => {
  const own = (sent: Sent, json: unknown, headers: Record<string, string> = bearer(sent.pickupSecret)) =>
    ask(revokeOwn, { params: { id: sent.id }, json, headers });

  it('revokes with the pick-up secret, for reasons that its holder can know of', async () => {
    const one = await issued();
    for (const reason of ['certificateHold', 'affiliationChanged', 'cACompromise', 'lost', undefined]) {
      expect(await own(one, { reason })).toMatchObject({ status: 400, body: { code: 'http.invalid' } });
    }
    expect(await own(one, { reason: 'cessationOfOperation' })).toMatchObject({
      status: 200,
      body: { serial: one.serial, state: 'REVOKED', reason: 'cessationOfOperation' },
    });
    expect(await own(one, { reason: 'keyCompromise' })).toMatchObject({
      status: 200,
      body: { reason: 'cessationOfOperation' },
    });
  });

  it('says no more than 404 to any other secret, 404 before there is a certificate, 401 without a secret', async () => {
    const one = await issued();
    const other = await issued();
    const json = { reason: 'superseded' };
    for (const secret of [other.pickupSecret, 'w'.repeat(43), operator]) {
      expect(await own(one, json, bearer(secret))).toMatchObject({
        status: 404,
        body: { code: 'request.not-found' },
      });
    }
    expect(await own(one, json, {})).toMatchObject({ status: 401 });
    expect(await own({ ...one, id: 'R-00000000' }, json)).toMatchObject({ status: 404 });
    expect(await own(await submitted(freshAccount()), json)).toMatchObject({
      status: 404,
      body: { code: 'certificate.not-found' },
    });
    const list = await ask(adminCertificates, {
      path: `/api/v1/admin/certificates?q=${one.account}`,
      headers: bearer(operator),
    });
    expect(list.body['items']).toMatchObject([{ serial: one.serial, state: 'VALID' }]);
  });

  it('takes the cookie of the page only from the page', async () => {
    const one = await issued();
    const { session } = house.instance.secrets;
    const [name = '', value = ''] = requesterCookie(one.id, session, new Date()).split(/[=;]/);
    const cookie = `${inBrowser(house.instance, name)}=${value}`;
    const from = (headers: Record<string, string>) =>
      own(one, { reason: 'superseded' }, { cookie, ...headers });
    for (const headers of [
      {},
      { origin: 'https://gate.localhost:8444' },
      { origin: 'https://evil.example' },
    ]) {
      expect(await from(headers)).toMatchObject({ status: 403, body: { code: 'auth.wrong-origin' } });
    }
    expect(await from({ origin: 'https://localhost:8443' })).toMatchObject({ status: 200 });
  });
});

describe('POST /api/v1/admin/certificates/{serial}/revoke', () => {
  it('names the certificates that went along', async () => {
    const key = subjectKey('p-256');
    const account = freshAccount();
    const first = await issued(account, key);
    const second = await issued(account, key);
    const answer = await ask(revoke, {
      params: { serial: first.serial },
      json: { reason: 'keyCompromise' },
      headers: bearer(operator),
    });
    expect(answer).toMatchObject({
      status: 200,
      body: { serial: first.serial, state: 'REVOKED', siblings: [second.serial] },
    });
  });

  it('answers 404 to a serial that is none and to one of nobody', async () => {
    for (const serial of ['zz', '0ff', 'ab'.repeat(21), 'ab'.repeat(20)]) {
      const call = { params: { serial }, json: { reason: 'superseded' }, headers: bearer(operator) };
      expect((await ask(revoke, call)).status, serial).toBe(404);
    }
  });
});

describe('POST /api/v1/admin/certificates/revoke', () => {
  const many = (json: unknown, headers: Record<string, string> = bearer(operator)) =>
    ask(revokeMany, { json, headers });

  it('revokes what the preview counted, and answers 409 to any other count', async () => {
    const account = freshAccount();
    const serials = [
      (await issued(account, subjectKey('p-256'), 'laptop')).serial,
      (await issued(account, subjectKey('p-256'), 'office')).serial,
    ];
    const select = { by: 'person', person: `${account}@example.org` };
    const wish = { select, reason: 'affiliationChanged' };
    const shown = await ask(preview, { json: wish, headers: bearer(operator) });
    expect(shown).toMatchObject({ status: 200, body: { count: 2, people: 1, keepAnother: 0, siblings: 0 } });
    const labels = (shown.body['certificates'] as { label: string }[]).map(({ label }) => label);
    expect(labels.sort()).toEqual(['laptop', 'office']);

    expect(await many({ ...wish, expectedCount: 3 })).toMatchObject({
      status: 409,
      body: { code: 'certificate.count', field: 'expectedCount' },
    });
    const done = await many({ ...wish, expectedCount: 2 });
    expect(done).toMatchObject({ status: 200, body: { count: 2, unknown: [] } });
    const results = done.body['results'] as { serial: string; state: string; reason: string }[];
    expect(results.map(({ serial }) => serial).sort()).toEqual(serials.sort());
    expect(results.every(({ state, reason }) => state === 'REVOKED' && reason === wish.reason)).toBe(true);
    expect((await many({ ...wish, expectedCount: 2 })).status).toBe(409);
  });

  it('streams its progress where events are asked for', async () => {
    const { serial } = await issued();
    const answer = await callRoute(house, revokeMany, {
      json: { select: { by: 'serials', serials: [serial] }, reason: 'superseded', expectedCount: 1 },
      headers: { ...bearer(operator), accept: 'text/event-stream' },
    });
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    const text = await answer.text();
    expect(text).toContain('event: batch\ndata: {"done":1,"total":1}');
    expect(text).toContain('event: done\ndata: {"count":1,"unknown":[]}');
  });

  it('is for operators alone', async () => {
    const json = { select: { by: 'person', person: 'alice' }, reason: 'superseded', expectedCount: 1 };
    for (const handler of [revokeMany, preview]) {
      const { expectedCount: _count, ...short } = json;
      const body = handler === preview ? short : json;
      expect((await ask(handler, { json: body })).status).toBe(401);
      expect(await ask(handler, { json: body, headers: bearer(approver) })).toMatchObject({
        status: 403,
        body: { code: 'auth.forbidden' },
      });
    }
  });

  it.each([
    ['no way to select', { select: {}, reason: 'superseded', expectedCount: 1 }],
    ['an unknown way', { select: { by: 'event', event: 'x' }, reason: 'superseded', expectedCount: 1 }],
    [
      'two ways',
      { select: { by: 'person', person: 'a', serials: ['ab'] }, reason: 'superseded', expectedCount: 1 },
    ],
    [
      'a key of the wrong length',
      { select: { by: 'key', spkiSha256: 'ab' }, reason: 'superseded', expectedCount: 1 },
    ],
    ['no serials', { select: { by: 'serials', serials: [] }, reason: 'superseded', expectedCount: 1 }],
    ['an unknown reason', { select: { by: 'person', person: 'a' }, reason: 'boredom', expectedCount: 1 }],
    ['no count', { select: { by: 'person', person: 'a' }, reason: 'superseded' }],
    ['a count of nothing', { select: { by: 'person', person: 'a' }, reason: 'superseded', expectedCount: 0 }],
  ])('refuses %s with 400', async (_what, json) => {
    expect(await many(json)).toMatchObject({ status: 400, body: { code: 'http.invalid' } });
  });
});

describe('cert-check', () => {
  const check = async (pem: string) => {
    const headers = {
      'x-ssl-client-verify': 'SUCCESS',
      'x-ssl-client-cert': pem.trim().replaceAll('\n', ' '),
    };
    const origin = 'https://gate.localhost:8444';
    return (await (await callRoute(house, certCheck, { origin, headers })).json()) as {
      accepted: boolean;
      revocation?: string;
      reasons: { code: string; message: string }[];
    };
  };

  it.each([
    ['certificateHold', /on hold\. Ask help@example\.org/],
    ['keyCompromise', /new certificate with a new key/],
    ['superseded', /newer certificate replaces it/],
    ['affiliationChanged', /right to it has ended/],
    ['cessationOfOperation', /no longer needed/],
    ['unspecified', /Ask help@example\.org why/],
  ])('says at once what %s means for the holder', async (reason, advice) => {
    const { serial, pem } = await issued();
    expect(await check(pem)).toMatchObject({ accepted: true });
    await callRoute(house, revoke, { params: { serial }, json: { reason }, headers: bearer(operator) });
    const said = await check(pem);
    expect(said).toMatchObject({ accepted: false, revocation: reason, reasons: [{ code: 'revoked' }] });
    expect(said.reasons[0]?.message).toMatch(advice);
  });
});

describe('the cookie of a mailbox', () => {
  const now = new Date('2026-01-01T00:00:00Z');

  it('gives back the address that was proven, for a quarter of an hour, and never another', () => {
    fc.assert(
      fc.property(fc.emailAddress(), fc.string(), (email, junk) => {
        const { name, value, maxAgeSeconds } = mailboxCookieParts(email, 's', now);
        const read = (cookie: string, secret = 's', at = now) =>
          mailboxOf(new Map([[name, cookie]]), secret, at);
        expect(read(value)).toBe(email);
        expect(read(value, 'other')).toBeNull();
        expect(read(value, 's', new Date(now.getTime() + maxAgeSeconds * 1000))).toBeNull();
        expect(read(junk)).toBeNull();
        expect(read(`${junk}${value}`)).toBe(junk === '' ? email : null);
      }),
    );
    expect(mailboxOf(new Map(), 's', now)).toBeNull();
  });

  it('is no other cookie of the portal', () => {
    const { name } = mailboxCookieParts('a@example.org', 's', now);
    const other = requesterCookie('R-7K3F9Q2M', 's', now).split(';')[0]?.split('=').slice(1).join('=') ?? '';
    expect(mailboxOf(new Map([[name, other]]), 's', now)).toBeNull();
  });
});
