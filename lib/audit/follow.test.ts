import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Config } from '../config/schema';
import type { Ctx } from '../ctx';
import { listAuditEvents } from '../testing/audit-rows';
import { testHouse, type TestHouse } from '../testing/ctx';
import { DATABASE_KINDS } from '../testing/database';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { followSignerEvents } from './follow-signer-events';
import { recordConfiguration } from './record-configuration';

describe.each(DATABASE_KINDS)('what the audit trail hears of elsewhere, on %s', (kind) => {
  let house: TestHouse;
  let signer: TestSigner;
  let ctx: Ctx;
  beforeEach(async () => {
    signer = await startTestSigner();
    house = await testHouse({ kind, signer });
    ctx = house.as({ kind: 'system', name: 'signer-events' });
  });
  afterEach(async () => {
    await house.close();
    await signer.remove();
  });
  const actions = async () => (await listAuditEvents(house.ctx.db)).map(({ action }) => action);

  it('locking and unlocking, once each, whoever asks', async () => {
    expect(await followSignerEvents(ctx)).toBe(2);
    await signer.operator.lock();
    await signer.operator.unlock(signer.passphrase);
    const told = await Promise.all([followSignerEvents(ctx), followSignerEvents(ctx)]);
    expect(told[0] + told[1]).toBe(2);
    expect(await followSignerEvents(ctx)).toBe(0);
    expect(await actions()).toEqual(['ca.ceremony', 'signer.unlock', 'signer.lock', 'signer.unlock']);
  });

  it('all of another journal', async () => {
    await followSignerEvents(ctx);
    const other = await startTestSigner();
    try {
      expect(await followSignerEvents({ ...ctx, signer: other.client })).toBe(2);
      expect(await followSignerEvents({ ...ctx, signer: other.client })).toBe(0);
    } finally {
      await other.remove();
    }
  });

  it('a changed configuration, by its keys and never its values', async () => {
    expect(await recordConfiguration(ctx)).toEqual([]);
    expect(await recordConfiguration(ctx)).toEqual([]);
    const changed: Config = {
      ...ctx.config,
      site: { ...ctx.config.site, contact: 'secret-looking' },
      hubs: { ...ctx.config.hubs, upstream: { astro: 'http://127.0.0.1:8000' } },
    };
    const keys = ['hubs.upstream.astro', 'site.contact'];
    expect(await recordConfiguration({ ...ctx, config: changed })).toEqual(keys);
    expect(await recordConfiguration({ ...ctx, config: changed })).toEqual([]);
    expect(await recordConfiguration(ctx)).toEqual(keys);
    const events = await listAuditEvents(house.ctx.db);
    expect(events.map(({ action }) => action)).toEqual(Array(3).fill('portal.configure'));
    expect(JSON.parse(events[0]?.data ?? '')).toMatchObject({ first: true });
    expect(JSON.parse(events[1]?.data ?? '')).toMatchObject({ changed: keys });
    expect(JSON.stringify(events)).not.toContain('secret-looking');
  });
});
