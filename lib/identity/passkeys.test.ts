import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { listAuditEvents } from '../testing/audit-rows';
import { makeAuthenticator } from '../testing/authenticator';
import { testHouse, type TestHouse } from '../testing/ctx';
import { DATABASE_KINDS } from '../testing/database';
import { confirmed } from '../testing/session';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { addPasskey } from './add-passkey';
import { beginPasskey, PASSKEYS_MAX } from './begin-passkey';
import { listPasskeys } from './list-passkeys';
import { proposePasskey } from './propose-passkey';
import { removePasskey } from './remove-passkey';

let signer: TestSigner;
let house: TestHouse;
beforeAll(async () => {
  signer = await startTestSigner();
});
afterEach(async () => {
  const { persons, proposals } = await signer.client.approvers();
  for (const { id } of persons) await signer.operator.removePasskey({ which: id, by: 'host:test' });
  for (const which of new Set(proposals.map(({ personId }) => personId))) {
    await signer.operator.removePasskey({ which, by: 'host:test' }).catch(() => undefined);
  }
  await house.close();
});
afterAll(() => signer.remove());

const refusal = (code: string) => expect.objectContaining({ code });

describe.each(DATABASE_KINDS)('a passkey on %s', (kind) => {
  it('is registered, proposed, accepted, and removed', async () => {
    house = await testHouse({ kind, signer, realClock: true });
    const paula = house.person('paula', 'approver');
    expect(await listPasskeys(paula)).toEqual([]);
    const authenticator = makeAuthenticator();
    const wish = await beginPasskey(await confirmed(paula));
    expect(wish).toMatchObject({ rpId: 'localhost', user: { name: 'paula' }, exclude: [] });
    const answer = authenticator.register(wish.challenge);
    const added = await addPasskey(paula, { name: 'blue key', answer });
    expect(added).toMatchObject({ id: authenticator.credentialId, notProposed: null });
    expect(await listPasskeys(paula)).toMatchObject([
      { name: 'blue key', fingerprint: added.fingerprint, signer: 'proposed', lastUsedAt: null },
    ]);
    await signer.operator.acceptPasskey({ fingerprint: added.fingerprint, by: 'host:olga' });
    expect(await listPasskeys(paula)).toMatchObject([{ signer: 'accepted' }]);
    expect((await beginPasskey(await confirmed(paula))).exclude).toEqual([authenticator.credentialId]);

    // The same challenge, or the same authenticator, once more.
    await expect(addPasskey(paula, { name: 'again', answer })).rejects.toEqual(refusal('passkey.invalid'));
    const twice = authenticator.register((await beginPasskey(await confirmed(paula))).challenge);
    await expect(addPasskey(paula, { name: 'again', answer: twice })).rejects.toEqual(
      refusal('passkey.conflict'),
    );

    const bob = await confirmed(house.person('bob'));
    await expect(removePasskey(bob, { id: added.id })).rejects.toEqual(refusal('passkey.not-found'));
    await expect(removePasskey(paula, { id: added.id })).rejects.toEqual(refusal('auth.confirm'));
    expect(await removePasskey(await confirmed(paula), { id: added.id })).toEqual({
      fingerprint: added.fingerprint,
    });
    expect(await listPasskeys(paula)).toEqual([]);
    // At the signer it counts until an operator ends it there.
    expect((await signer.client.approvers()).persons).toHaveLength(1);
    const actions = (await listAuditEvents(house.database.db)).map(({ action }) => action);
    expect(actions).toEqual(expect.arrayContaining(['passkey.add', 'passkey.remove']));
  });

  it('is of the person who began it, soon, on the portal, with PIN or finger', async () => {
    house = await testHouse({ kind, signer, realClock: true });
    const [paula, bob] = [house.person('paula', 'approver'), house.person('bob')];
    const begun = async () => (await beginPasskey(await confirmed(paula))).challenge;
    const add = (who: typeof paula, answer: { authenticatorData: string; clientDataJSON: string }) =>
      addPasskey(who, { name: 'x', answer });
    const authenticator = makeAuthenticator();
    await expect(add(bob, authenticator.register(await begun()))).rejects.toEqual(refusal('passkey.invalid'));
    for (const wrong of [{ origin: house.config.site.gateUrl }, { flags: 0x41 }, { type: 'webauthn.get' }]) {
      await expect(add(paula, authenticator.register(await begun(), wrong))).rejects.toEqual(
        refusal('passkey.invalid'),
      );
    }
    const stranger = makeAuthenticator({ origin: 'https://example.org' });
    await expect(add(paula, stranger.register(await begun()))).rejects.toEqual(refusal('passkey.invalid'));
    await expect(add(paula, authenticator.register('AAAA'))).rejects.toEqual(refusal('passkey.invalid'));
    const late = authenticator.register(await begun());
    house.advance(11 * 60_000);
    await expect(add(paula, late)).rejects.toEqual(refusal('passkey.invalid'));
    expect(await listPasskeys(paula)).toEqual([]);
  });
});

describe('who has passkeys', () => {
  it('is a person, not a token, a command or a visitor', async () => {
    house = await testHouse({ signer, realClock: true });
    for (const ctx of [
      house.ctx,
      house.as({ kind: 'host', name: 'root' }),
      house.as({ kind: 'token', tokenId: 't', name: 't', madeBy: 'user:id-paula', roles: ['approver'] }),
    ]) {
      await expect(beginPasskey(ctx)).rejects.toEqual(refusal('auth.required'));
      await expect(listPasskeys(ctx)).rejects.toEqual(refusal('auth.required'));
    }
  });

  it('has only so many', async () => {
    house = await testHouse({ signer, realClock: true });
    const bob = house.person('bob');
    for (let index = 0; index < PASSKEYS_MAX; index += 1) {
      const { challenge } = await beginPasskey(await confirmed(bob));
      const answer = makeAuthenticator().register(challenge);
      await addPasskey(bob, { name: `key ${index}`, answer });
    }
    await expect(beginPasskey(await confirmed(bob))).rejects.toEqual(refusal('passkey.too-many'));
  });

  it('is proposed at the signer as an approver only, and again when it is wished', async () => {
    house = await testHouse({ signer, realClock: true });
    const before = house.person('rita');
    const { challenge } = await beginPasskey(await confirmed(before));
    const { id } = await addPasskey(before, { name: 'key', answer: makeAuthenticator().register(challenge) });
    expect((await signer.client.approvers()).proposals).toEqual([]);
    await expect(proposePasskey(before, { id })).rejects.toEqual(refusal('auth.forbidden'));
    const rita = house.person('rita', 'approver');
    expect(await listPasskeys(rita)).toMatchObject([{ signer: 'unknown' }]);
    await proposePasskey(rita, { id });
    expect(await listPasskeys(rita)).toMatchObject([{ signer: 'proposed' }]);
    await expect(proposePasskey(house.person('paula', 'approver'), { id })).rejects.toEqual(
      refusal('passkey.not-found'),
    );
  });

  it('keeps what was registered while the signer was down', async () => {
    house = await testHouse({ realClock: true });
    const paula = house.person('paula', 'approver');
    const { challenge } = await beginPasskey(await confirmed(paula));
    const answer = makeAuthenticator().register(challenge);
    expect(await addPasskey(paula, { name: 'key', answer })).toMatchObject({ notProposed: 'signer.down' });
    expect(await listPasskeys(paula)).toMatchObject([{ signer: 'down' }]);
  });
});
