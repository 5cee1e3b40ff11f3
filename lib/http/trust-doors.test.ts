import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { GET as trustNonce } from '../../app/trust/nonce/route';
import { GET as trustProof } from '../../app/trust/proof/route';
import { GET as trustReturn } from '../../app/trust/return/route';
import { inTransaction } from '../db/in-transaction';
import { callRoute, openTestHouse, type TestHouse } from '../testing/house';
import { useTrustProof } from '../trust/use-trust-proof';

const PORTAL = 'https://localhost:8443';
const GATE = 'https://gate.localhost:8444';
const CANARY = 'https://canary.localhost:8443';

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.remove());

describe('trust proofs', () => {
  const nonce = () => randomBytes(24).toString('base64url');
  const use = (proof: string) => inTransaction(house.ctx.db, (tx) => useTrustProof(house.ctx, tx, proof));

  it('are handed out on the canary’s name only, for the portal’s pages', async () => {
    const path = `/trust/proof?nonce=${nonce()}`;
    expect((await callRoute(house, trustProof, { path })).status).toBe(404);
    expect((await callRoute(house, trustProof, { path, origin: GATE })).status).toBe(404);
    const response = await callRoute(house, trustProof, {
      path,
      origin: CANARY,
      headers: { origin: PORTAL },
    });
    expect(response.headers.get('access-control-allow-origin')).toBe(PORTAL);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const { proof } = (await response.json()) as { proof: string };
    expect(await use(proof)).toBe('proven');
    await expect(use(proof)).rejects.toMatchObject({ code: 'trust.proof' });
    const evil = await callRoute(house, trustProof, {
      path,
      origin: CANARY,
      headers: { origin: 'https://evil.example' },
    });
    expect(evil.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('need a nonce of the right shape', async () => {
    const response = await callRoute(house, trustProof, { path: '/trust/proof?nonce=short', origin: CANARY });
    expect(response.status).toBe(400);
    const given = (await (await callRoute(house, trustNonce)).json()) as { nonce: string; proofUrl: string };
    expect(given.proofUrl).toBe(`${CANARY}/trust/proof?nonce=${given.nonce}`);
    expect(given).toMatchObject({ canaryExists: true });
  });

  it('come back without JavaScript as weak ones', async () => {
    const there = await callRoute(house, trustReturn, {
      path: `/trust/return?nonce=${nonce()}&to=ca`,
      origin: CANARY,
    });
    const location = there.headers.get('location') ?? '';
    expect(location).toMatch(/^https:\/\/localhost:8443\/trust\/return\?proof=v1\./);
    const back = await callRoute(house, trustReturn, { path: location.slice(PORTAL.length) });
    expect(back.headers.get('location')).toBe('/ca?trust=returned');
    expect(back.headers.get('set-cookie')).toMatch(/^__Host-hubgate-trust\.[0-9a-f]{6}=v1\./);
    expect(await use(new URL(location).searchParams.get('proof') ?? '')).toBe('weak');
  });

  it('are refused when forged, changed or late', async () => {
    const response = await callRoute(house, trustProof, {
      path: `/trust/proof?nonce=${nonce()}`,
      origin: CANARY,
    });
    const { proof, expiresAt } = (await response.json()) as { proof: string; expiresAt: string };
    await expect(use(proof.replace('.p.', '.w.'))).rejects.toMatchObject({ code: 'trust.proof' });
    await expect(use('v1.x.y')).rejects.toMatchObject({ code: 'trust.proof' });
    const issued = Date.parse(expiresAt) - 600_000;
    const usedAfter = (ms: number) => {
      const late = { ...house.ctx, now: () => new Date(issued + ms) };
      return inTransaction(house.ctx.db, (tx) => useTrustProof(late, tx, proof));
    };
    await expect(usedAfter(600_000)).rejects.toMatchObject({ code: 'trust.proof' });
    expect(await usedAfter(599_000)).toBe('proven');
  });
});
