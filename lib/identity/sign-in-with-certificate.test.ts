import { afterAll, beforeAll, expect, it } from 'vitest';

import { revokeCertificate } from '../certificates/revoke-certificate';
import { ConfigSchema } from '../config/schema';
import type { Ctx } from '../ctx';
import { insertUserIdentity } from '../db/user-identities';
import { insertUser, setUserAccess } from '../db/users';
import { approveRequest } from '../requests/approve-request';
import { signRequests } from '../requests/sign-requests';
import { openTestHouse, type TestHouse } from '../testing/house';
import { allEvents, submitOne } from '../testing/requests';
import { sessionValue } from '../testing/session';
import { secondStepOf } from './second-step';
import { readSession, sessionRules } from './session';
import { signInWithCertificate } from './sign-in-with-certificate';

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.remove());

async function certificateOf(commonName: string, asker = visitor()): Promise<string> {
  const id = await submitOne(asker, { commonName });
  await approveRequest(house.ctx, { id, confirmTakeover: true });
  const [event] = await allEvents(signRequests(house.ctx, { ids: [id] }));
  if (event?.event !== 'item' || event.serial === undefined) throw new Error('not signed');
  return event.serial;
}

async function person(login: string, account: string | null = null): Promise<void> {
  const at = new Date();
  const id = `id-${login}`;
  await insertUser(house.ctx.db, {
    id,
    login,
    displayName: login,
    email: null,
    passwordHash: null,
    roles: '["approver"]',
    disabledAt: null,
    sessionVersion: 1,
    createdAt: at,
    lastSignInAt: null,
  });
  if (account === null) return;
  const identity = { issuer: 'https://sso.example.org', subject: login, userId: id, account };
  await insertUserIdentity(house.ctx.db, { ...identity, email: null, createdAt: at, lastSeenAt: at });
}

const visitor = (): Ctx => ({ ...house.ctx, actor: { kind: 'visitor', addressKey: 'k' } });
const signIn = (serial: string, ctx = visitor()) => signInWithCertificate(ctx, { serial });
const REFUSED = { code: 'auth.not-admitted' };

it('is the account of that login, or of that name at a provider, by one factor', async () => {
  await person('paula');
  await person('erna@op', 'erna');
  const paula = await signIn(await certificateOf('paula'));
  expect(paula.user.login).toBe('paula');
  expect(paula.facts).toEqual({ method: 'certificate', secondFactor: false, acr: null, amr: [] });
  expect((await signIn(await certificateOf('erna'))).user.login).toBe('erna@op');
});

it('is nobody for a name that nobody has, or two people, or somebody who was disabled', async () => {
  await expect(signIn(await certificateOf('stranger'))).rejects.toMatchObject(REFUSED);
  await person('twin');
  await person('twin@op', 'twin');
  await expect(signIn(await certificateOf('twin'))).rejects.toMatchObject(REFUSED);
  await person('gone');
  await setUserAccess(house.ctx.db, { id: 'id-gone', roles: '[]', disabledAt: new Date() });
  await expect(signIn(await certificateOf('gone'))).rejects.toMatchObject(REFUSED);
  await expect(signIn('00ff')).rejects.toMatchObject(REFUSED);
});

it('is nobody once the certificate is revoked, or where the centre does not want it', async () => {
  await person('rosa');
  const serial = await certificateOf('rosa');
  const { config } = house.ctx;
  const without = { ...visitor(), config: { ...config, signIn: { ...config.signIn, certificate: false } } };
  await expect(signIn(serial, without)).rejects.toMatchObject(REFUSED);
  expect((await signIn(serial)).user.login).toBe('rosa');
  await revokeCertificate(house.ctx, { serial, reason: 'superseded' });
  await expect(signIn(serial)).rejects.toMatchObject(REFUSED);
});

it('is nobody else than who asked for it while signed in', async () => {
  await person('sara');
  await person('tom');
  const as = (name: string): Ctx => ({
    ...house.ctx,
    actor: { kind: 'person', userId: `id-${name}`, name, roles: [] },
  });
  await expect(signIn(await certificateOf('sara', as('tom')))).rejects.toMatchObject(REFUSED);
  expect((await signIn(await certificateOf('sara', as('sara')))).user.login).toBe('sara');
});

it('is not enough for who has a role and no second factor', async () => {
  await person('uwe');
  const { user, facts } = await signIn(await certificateOf('uwe'));
  const { config } = house.ctx;
  const strict: Ctx = {
    ...visitor(),
    config: { ...config, signIn: { ...config.signIn, secondFactor: 'approvers' } },
  };
  await expect(secondStepOf(strict, user, facts)).rejects.toMatchObject({ code: 'auth.certificate-alone' });
  expect(await secondStepOf(strict, user, { ...facts, method: 'password' })).toBe('enrol');
});

it('decides only after the provider’s stronger way, and keeps roles of groups no longer than its own sign-in would', async () => {
  await person('vera@op', 'vera');
  const { user } = await signIn(await certificateOf('vera'));
  const now = new Date();
  const oidc = ConfigSchema.parse({
    signIn: {
      oidc: [
        { id: 'op', label: 'OP', issuer: 'https://sso.example.org', clientId: 'x', approverAcr: ['gold'] },
      ],
    },
  }).signIn.oidc;
  const rules = {
    ...sessionRules(house.instance.config, house.instance.secrets.session),
    providers: oidc,
    absoluteMs: 3_600_000,
  };
  const facts = { method: 'certificate', secondFactor: true };
  const read = async (at: Date) =>
    readSession(house.ctx.db, await sessionValue(house.instance, user, at, facts), rules, at);
  expect(await read(now)).toMatchObject({ roles: ['approver'], session: { stepUp: 'op' } });
  expect(await read(new Date(now.getTime() + 2 * 3_600_000))).toMatchObject({ roles: [] });
});
