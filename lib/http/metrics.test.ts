import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { GET as metrics } from '../../app/metrics/route';
import { ConfigSchema } from '../config/schema';
import { callRoute, openTestHouse, type TestHouse } from '../testing/house';
import { makeCsr, makeOrder, subjectKey } from '../testing/orders';
import { submitOne } from '../testing/requests';

const TOKEN = 'a-token-of-a-monitor-1234';

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({
    config: { metrics: ConfigSchema.parse({ metrics: { tokenFile: 'metrics.token' } }).metrics },
  });
  writeFileSync(join(house.instance.baseDir, 'metrics.token'), `${TOKEN}\n`);
});
afterAll(() => house.remove());

const ask = (token?: string): Promise<Response> =>
  callRoute(house, metrics, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });

/** Values by name and labels, as they stand in the text. */
async function values(): Promise<Map<string, number>> {
  const answer = await ask(TOKEN);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toContain('text/plain');
  const lines = (await answer.text()).split('\n').filter((line) => /^hubgate_/.test(line));
  return new Map(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  );
}

describe('/metrics', () => {
  it.each([[undefined], ['quite-another-token'], [`${TOKEN}x`]])(
    'is not for who brings %s',
    async (token) => {
      expect((await ask(token)).status).toBe(401);
    },
  );

  it('counts what waits and what was issued and revoked', async () => {
    const before = await values();
    await submitOne(house.ctx, { commonName: 'waits' });
    const csr = makeCsr(subjectKey('p-256'), 'alice');
    const order = makeOrder({ caKeyId: house.signer.caKeyId, csr });
    const [outcome] = await house.signer.client.sign([order]);
    if (outcome?.outcome !== 'issued') throw new Error(JSON.stringify(outcome));
    await house.signer.client.revoke({ serials: [outcome.serial], reason: 'superseded', by: 'test' });
    const found = await values();
    const grown = (name: string) => (found.get(name) ?? Number.NaN) - (before.get(name) ?? Number.NaN);
    expect(grown('hubgate_requests{state="submitted"}')).toBe(1);
    expect(grown('hubgate_certificates_issued')).toBe(1);
    expect(grown('hubgate_certificates_revoked')).toBe(1);
  });

  it('tells when each list, CA and responder ends', async () => {
    const { caKeyId } = house.signer;
    const found = await values();
    const now = Date.now() / 1000;
    expect(found.get(`hubgate_crl_end_seconds{list="signing",ca="${caKeyId}"}`)).toBeGreaterThan(now);
    expect(found.get('hubgate_crl_next_update_seconds')).toBeGreaterThan(now);
    expect(found.get(`hubgate_ocsp_end_seconds{ca="${caKeyId}"}`)).toBeGreaterThan(now);
    expect(found.get(`hubgate_ca_expires_seconds{what="signing-ca",ca="${caKeyId}"}`)).toBeGreaterThan(
      86_400,
    );
    expect(found.get('hubgate_journal_current')).toBe(1);
  });

  it('has series of each hub, with names that need escaping, and forgets those that left', async () => {
    const { hubsDir } = house.instance.paths;
    mkdirSync(hubsDir, { recursive: true });
    writeFileSync(join(hubsDir, 'astro.hub'), 'https://gate.localhost:8444/astro,A\nspeed: 9\n');
    writeFileSync(join(hubsDir, 'Física 1.hub'), 'https://gate.localhost:8444/f,F\n');
    const found = await values();
    expect(found.get('hubgate_hubs{state="unknown"}')).toBe(2);
    expect(found.get('hubgate_hubs{state="up"}')).toBe(0);
    expect(found.get('hubgate_hub_registration_problems')).toBe(1);
    for (const hub of ['astro', 'Física 1']) {
      expect(found.get(`hubgate_hub_up{hub="${hub}"}`)).toBe(0);
      expect(found.get(`hubgate_hub_state{hub="${hub}",state="unknown",why="not-probed"}`)).toBe(1);
      const since = found.get(`hubgate_hub_state_since_seconds{hub="${hub}"}`) ?? 0;
      expect(Math.abs(since - Date.now() / 1000)).toBeLessThan(60);
    }
    rmSync(join(hubsDir, 'astro.hub'));
    const later = [...(await values()).keys()];
    expect(later.filter((name) => name.includes('astro'))).toEqual([]);
  });

  it('shows a signer that is locked, and one that is down', async () => {
    expect((await values()).get('hubgate_signer{state="unlocked"}')).toBe(1);
    await house.signer.operator.lock();
    const locked = await values();
    expect(locked.get('hubgate_signer{state="locked"}')).toBe(1);
    expect(locked.get('hubgate_signer{state="unlocked"}')).toBe(0);
    await house.signer.stop();
    expect((await values()).get('hubgate_signer{state="down"}')).toBe(1);
  });
});
