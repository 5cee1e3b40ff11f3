import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ConfigSchema } from '../config/schema';
import type { Ctx } from '../ctx';
import { findRequest } from '../db/requests';
import { insertUserIdentity } from '../db/user-identities';
import { insertUser } from '../db/users';
import { openTestHouse, type TestHouse } from '../testing/house';
import { startTestDirectory, type TestDirectory } from '../testing/slapd';
import { freshCsr } from '../testing/requests';
import { previewRequest } from './preview-request';
import { provenAccount } from './proven-account';
import { submitRequest } from './submit-request';

const PROVIDER = { id: 'op', label: 'OP', issuer: 'https://sso.example.org', clientId: 'x' };

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse({ config: ConfigSchema.parse({ signIn: { oidc: [PROVIDER] } }) });
});
afterAll(() => house.remove());

/** Somebody who signed in by a provider whose claim says `account`. */
async function signedIn(login: string, account: string | null, email: string | null = null): Promise<Ctx> {
  const { ctx } = house;
  const at = ctx.now();
  await insertUser(ctx.db, {
    id: `id-${login}`,
    login,
    displayName: login,
    email: null,
    passwordHash: null,
    roles: '[]',
    disabledAt: null,
    sessionVersion: 1,
    createdAt: at,
    lastSignInAt: at,
  });
  const identity = { issuer: PROVIDER.issuer, subject: login, userId: `id-${login}` };
  await insertUserIdentity(ctx.db, { ...identity, account, email, createdAt: at, lastSeenAt: at });
  return { ...ctx, actor: { kind: 'person', userId: `id-${login}`, name: login, roles: [] } };
}

const wish = (commonName: string) => ({ csr: freshCsr(commonName), email: null, source: 'web' as const });

it('is what the certificate is for, whatever the CSR proposes, and another one cannot be typed', async () => {
  const alice = await signedIn('alice@op', 'alice');
  expect((await previewRequest(alice, wish('root2'))).commonName).toBe('alice');
  const { id } = await submitRequest(alice, wish('mallory'));
  expect(await findRequest(house.ctx.db, id)).toMatchObject({
    commonName: 'alice',
    requesterId: 'id-alice@op',
  });
  await expect(submitRequest(alice, { ...wish('x'), commonName: 'bob' })).rejects.toMatchObject({
    code: 'request.common-name',
    field: 'commonName',
  });
  expect((await submitRequest(alice, { ...wish('x'), commonName: ' alice ' })).state).toBe('SUBMITTED');
});

it('is nobody’s who is not signed in, has no claim, or one that no certificate may carry', async () => {
  expect(await provenAccount(house.ctx)).toBeNull();
  const nameless = await signedIn('nameless@op', null);
  expect((await previewRequest(nameless, wish('typed'))).commonName).toBe('typed');
  expect(await provenAccount(await signedIn('odd@op', 'Odd Name'))).toBeNull();
});

it('counts for nothing where the centre does not ask for a sign-in, and is needed where it does', async () => {
  const carol = await signedIn('carol@op', 'carol');
  const withRule = (ctx: Ctx, signIn: 'none' | 'required'): Ctx => ({
    ...ctx,
    config: { ...ctx.config, requests: { ...ctx.config.requests, signIn } },
  });
  expect((await previewRequest(withRule(carol, 'none'), wish('typed'))).commonName).toBe('typed');
  expect((await previewRequest(withRule(carol, 'required'), wish('typed'))).commonName).toBe('carol');
  const stranger: Ctx = { ...house.ctx, actor: { kind: 'visitor', addressKey: 'k' } };
  await expect(previewRequest(withRule(stranger, 'required'), wish('x'))).rejects.toMatchObject({
    code: 'request.sign-in-required',
  });
});

it('has an address of its own only where the provider has verified it', async () => {
  const email = 'boss@example.org';
  const stateOf = async (ctx: Ctx) =>
    findRequest(house.ctx.db, (await submitRequest(ctx, { ...wish('dora'), email })).id);
  const verified = await signedIn('dora@op', 'dora', 'Boss@example.org');
  expect(await stateOf(verified)).toMatchObject({ emailState: 'proven' });
  // What somebody has written into their own account here is nobody's mailbox.
  const { ctx } = house;
  const local = { id: 'id-local', login: 'local', displayName: 'Local', email, passwordHash: null };
  const times = { disabledAt: null, createdAt: ctx.now(), lastSignInAt: null };
  await insertUser(ctx.db, { ...local, ...times, roles: '["auditor"]', sessionVersion: 1 });
  const person = { kind: 'person', userId: 'id-local', name: 'local', roles: [] } as const;
  expect(await stateOf({ ...ctx, actor: person })).toMatchObject({
    emailState: 'unproven',
    accountProof: 'none',
  });
});

describe('from the directory', () => {
  let directory: TestDirectory;
  beforeAll(async () => {
    directory = await startTestDirectory();
  });
  afterAll(() => directory.remove());

  function asking(ctx: Ctx, accountBy: 'uid' | 'mail' | 'subject', ldap: Record<string, unknown> = {}): Ctx {
    const { accounts } = ConfigSchema.parse({ accounts: directory.accounts(ldap) });
    const requests = { ...ctx.config.requests, accountFrom: 'ldap' as const, accountBy };
    return { ...ctx, config: { ...ctx.config, accounts, requests } };
  }

  it.each([
    ['uid', 'l1@op', 'alice', null, 'alice'],
    ['uid', 'l2@op', 'nobody-there', 'alice@example.org', null],
    ['uid', 'l3@op', null, 'alice@example.org', null],
    ['mail', 'l4@op', 'whatever', 'alice@example.org', 'alice'],
    ['mail', 'l5@op', 'alice', null, null], // an address that is not verified is none
    ['mail', 'l6@op', 'alice', '*', null],
    ['subject', 'bob', 'alice', 'alice@example.org', 'bob'],
    ['subject', 'l7@op', 'alice', 'alice@example.org', null],
  ] as const)(
    'by %s, %s with the claim %s and the address %s is %s',
    async (by, login, claim, mail, account) => {
      expect(await provenAccount(asking(await signedIn(login, claim, mail), by))).toBe(account);
    },
  );

  it('is what the certificate is for, and the approver reads that the sign-in proves it', async () => {
    const anna = asking(await signedIn('anna@op', 'a.ermel', 'alice@example.org'), 'mail');
    expect((await previewRequest(anna, wish('mallory'))).commonName).toBe('alice');
    const { id } = await submitRequest(anna, wish('mallory'));
    const row = await findRequest(house.ctx.db, id);
    expect(row).toMatchObject({ commonName: 'alice', accountState: 'exists', accountProof: 'sign-in' });
    expect(row?.checks).toContain('The requester signed in with it.');
    await expect(submitRequest(anna, { ...wish('x'), commonName: 'bob' })).rejects.toMatchObject({
      code: 'request.common-name',
    });
  });

  it('is not guessed while the directory is silent or is not itself; nothing is stored', async () => {
    const ctx = await signedIn('silent@op', 'alice', 'alice@example.org');
    const before = await house.ctx.db.prisma.request.count();
    const down = expect.objectContaining({ code: 'request.directory-down' }) as unknown;
    await directory.stop();
    try {
      for (const by of ['uid', 'mail', 'subject'] as const) {
        await expect(provenAccount(asking(ctx, by))).rejects.toEqual(down);
      }
      await expect(previewRequest(asking(ctx, 'mail'), wish('alice'))).rejects.toEqual(down);
      await expect(submitRequest(asking(ctx, 'mail'), wish('alice'))).rejects.toEqual(down);
    } finally {
      await directory.start();
    }
    const otherCa = { caFile: '/etc/ssl/certs/ca-certificates.crt' };
    await expect(provenAccount(asking(ctx, 'mail', otherCa))).rejects.toEqual(down);
    // Two people of one address: whose it is must not be guessed either.
    const twin = asking(await signedIn('twin@op', null, 'twins@example.org'), 'mail');
    await expect(provenAccount(twin)).rejects.toEqual(down);
    expect(await house.ctx.db.prisma.request.count()).toBe(before);
    expect(await provenAccount(asking(ctx, 'mail'))).toBe('alice');
  });
});
