import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { listCertificates } from '../certificates/list-certificates';
import { renewCertificate } from '../certificates/renew-certificate';
import { watchAccounts } from '../certificates/watch-accounts';
import { findRequest } from '../db/requests';
import { issueOne } from '../testing/issued';
import { listAuditEvents } from '../testing/audit-rows';
import { testHouse, type TestHouse } from '../testing/ctx';
import { DATABASE_KINDS } from '../testing/database';
import { outboxOf } from '../testing/outbox';
import { freshCsr, submitOne } from '../testing/requests';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { startTestDirectory, type TestDirectory } from '../testing/slapd';
import { approveRequest } from './approve-request';
import { approveRequests } from './approve-requests';
import { refreshAccounts } from './ask-directory';
import { confirmMailbox } from './confirm-mailbox';
import { editRequest } from './edit-request';
import { listRequests } from './list-requests';
import { viewOwnRequest } from './view-own-request';
import { viewRequest } from './view-request';

let signer: TestSigner;
let directory: TestDirectory;
let house: TestHouse;
beforeAll(async () => {
  [signer, directory] = await Promise.all([startTestSigner(), startTestDirectory()]);
});
afterAll(async () => {
  await signer.remove();
  await directory.remove();
});

const MAIL = { transport: 'sendmail', from: 'ca@example.org' };
const MINUTE = 60_000;
const END =
  'dn: uid=bob,ou=people,dc=example,dc=org\nchangetype: modify\nreplace: shadowExpire\nshadowExpire: 19000\n';
const BACK = 'dn: uid=bob,ou=people,dc=example,dc=org\nchangetype: modify\ndelete: shadowExpire\n';

describe.each(DATABASE_KINDS)('the account of a request, on %s', (kind) => {
  beforeEach(async () => {
    house = await testHouse({
      kind,
      signer,
      realClock: true,
      config: { accounts: directory.accounts(), mail: MAIL, pki: { userDays: 20 } },
    });
  });
  afterEach(() => house.close());

  const paula = () => house.person('paula', 'approver');
  const view = (id: string) => viewRequest(paula(), { id });
  const check = async (id: string) => (await view(id)).checks.find(({ code }) => code === 'request.account');
  const clock = () => house.as({ kind: 'system', name: 'accounts' });

  /** They follow the link in the mail. */
  async function confirm(recipient: string): Promise<void> {
    const mail = (await outboxOf(house)).findLast(
      (one) => one.recipient === recipient && one.vars['confirmLink'],
    );
    await confirmMailbox(house.ctx, { secret: mail?.vars['confirmLink']?.split('#s=')[1] ?? '' });
  }

  it('is shown with name and groups, and is not taken for proven', async () => {
    const id = await submitOne(house.ctx, { commonName: 'alice' });
    expect(await view(id)).toMatchObject({
      accountState: 'exists',
      accountProof: 'none',
      account: { name: 'Alice Ärmel', groups: ['astro', 'lab'] },
    });
    expect(await check(id)).toMatchObject({
      ok: true,
      message: expect.stringContaining('Alice Ärmel. Groups: astro, lab'),
    });
    const { items } = await listRequests(paula(), { state: 'SUBMITTED', limit: 9 });
    expect(items).toMatchObject([{ id, accountState: 'exists' }]);
  });

  it('is proven by the mailbox that the directory names for it, and by no other', async () => {
    const own = await submitOne(house.ctx, { commonName: 'alice', email: 'alice@example.org' });
    const other = await submitOne(house.ctx, { commonName: 'bob', email: 'mallory@example.org' });
    for (const recipient of ['alice@example.org', 'mallory@example.org']) await confirm(recipient);
    expect(await view(own)).toMatchObject({ emailState: 'proven', accountProof: 'directory' });
    expect(await view(other)).toMatchObject({ emailState: 'proven', accountProof: 'none' });
  });

  it('goes to its owner, whoever has held the name, without a takeover', async () => {
    await issueOne(house, { commonName: 'alice', email: 'squatter@example.org' });
    const id = await submitOne(house.ctx, { commonName: 'alice', email: 'alice@example.org' });
    await expect(approveRequest(paula(), { id })).rejects.toMatchObject({
      code: 'request.takeover-needs-confirmation',
    });
    await confirm('alice@example.org');
    expect(await approveRequest(paula(), { id })).toMatchObject({ state: 'APPROVED' });
  });

  it.each([
    ['carol', 'unknown', 'knows no account'],
    ['expired', 'ended', 'has ended'],
    ['tapes', 'system', 'of the system'],
  ])('%s is %s: flagged, and never approved among others', async (commonName, accountState, says) => {
    const id = await submitOne(house.ctx, { commonName });
    expect(await check(id)).toMatchObject({
      ok: false,
      level: 'bad',
      message: expect.stringContaining(says),
    });
    expect(await view(id)).toMatchObject({ accountState, finding: 'bad' });
    expect((await approveRequests(paula(), { ids: [id] })).results).toMatchObject([
      { code: 'request.flagged' },
    ]);
    const alone = approveRequest(paula(), { id }).catch(({ code }: { code: string }) => ({ state: code }));
    // A guest may get the account later; one that has ended gets nothing.
    expect(await alone).toMatchObject({
      state: commonName === 'carol' ? 'APPROVED' : 'request.account-ended',
    });
  });

  it('is asked for again when it is decided, if the answer is old', async () => {
    const id = await submitOne(house.ctx, { commonName: 'bob' });
    directory.modify(END);
    try {
      house.advance(11 * MINUTE);
      await expect(approveRequest(paula(), { id })).rejects.toMatchObject({ code: 'request.account-ended' });
      expect(await refreshAccounts(clock())).toBe(1);
      expect(await view(id)).toMatchObject({ accountState: 'ended', finding: 'bad' });
      const told = (await listAuditEvents(house.ctx.db)).find(({ action }) => action === 'request.account');
      expect(told).toMatchObject({ target: id, data: expect.stringContaining('"after":"ended"') });
    } finally {
      directory.modify(BACK);
    }
  });

  it('keeps a renewal from the policy once it has ended', async () => {
    const { serial } = await issueOne(house, { commonName: 'bob' });
    const holder = house.as({ kind: 'holder', serial, commonName: 'bob', addressKey: 'a' });
    directory.modify(END);
    try {
      const { id, state, obstacle } = await renewCertificate(holder, { csr: freshCsr('bob'), source: 'api' });
      expect({ state, obstacle }).toEqual({ state: 'SUBMITTED', obstacle: 'account' });
      await expect(approveRequest(paula(), { id })).rejects.toMatchObject({ code: 'request.account-ended' });
    } finally {
      directory.modify(BACK);
    }
    expect(await renewCertificate(holder, { csr: freshCsr('bob'), source: 'api' })).toMatchObject({
      obstacle: null,
    });
  });

  it('is looked up for the name that an approver puts in its place', async () => {
    const id = await submitOne(house.ctx, { commonName: 'carol' });
    await editRequest(paula(), { id, version: 1, commonName: 'alice' });
    expect(await view(id)).toMatchObject({ accountState: 'exists', finding: 'warn' });
  });

  it('is not asked of a server', async () => {
    house.config.pki.serverNames = ['.example.org'];
    const id = await submitOne(house.ctx, {
      profile: 'server',
      commonName: 'a.example.org',
      dnsNames: ['a.example.org'],
    });
    expect(await view(id)).toMatchObject({ accountState: 'none', account: null });
  });

  it('waits for a directory that does not answer, with nothing lost and everybody told', async () => {
    await directory.stop();
    let id: string;
    try {
      id = await submitOne(house.ctx, { commonName: 'alice' });
      expect(await view(id)).toMatchObject({ accountState: 'unreachable', finding: 'warn' });
      expect(await viewOwnRequest(house.requester(id), { id })).toMatchObject({ directorySilent: true });
      expect(await refreshAccounts(clock())).toBe(1);
      expect((await findRequest(house.ctx.db, id))?.accountState).toBe('unreachable');
    } finally {
      await directory.start();
    }
    expect(await refreshAccounts(clock())).toBe(1);
    expect(await viewOwnRequest(house.requester(id), { id })).toMatchObject({ directorySilent: false });
    expect(await view(id)).toMatchObject({ accountState: 'exists' });
    expect(await refreshAccounts(clock())).toBe(0);
  });

  it('is asked about daily once it is certified, and operators see whose has ended', async () => {
    const { serial } = await issueOne(house, { commonName: 'bob' });
    await issueOne(house, { commonName: 'alice' });
    const otto = house.person('otto', 'operator');
    const ended = async () => (await listCertificates(otto, { account: 'ended', limit: 9 })).items;
    expect(await watchAccounts(clock(), '')).toBe('');
    expect(await ended()).toEqual([]);
    directory.modify(END);
    try {
      await watchAccounts(clock(), '');
      expect(await ended()).toEqual([]);
      house.advance(25 * 60 * MINUTE);
      await watchAccounts(clock(), '');
      expect(await ended()).toMatchObject([{ serial, commonName: 'bob' }]);
      expect((await listCertificates(otto, { account: 'ended', q: 'bo', limit: 9 })).items).toHaveLength(1);
      expect((await listCertificates(otto, { account: 'ended', q: 'al', limit: 9 })).items).toHaveLength(0);
    } finally {
      directory.modify(BACK);
    }
    await directory.stop();
    try {
      house.advance(25 * 60 * MINUTE);
      // Silent: nothing is taken back, and the next turn begins where this one ended.
      expect(await watchAccounts(clock(), '')).toBe('');
      expect(await ended()).toHaveLength(1);
    } finally {
      await directory.start();
    }
    const told = (await listAuditEvents(house.ctx.db)).filter(({ action }) => action === 'account.state');
    expect(told).toMatchObject([{ target: 'bob', data: '{"before":"exists","after":"ended"}' }]);
  });

  it('that has ended does not come back while the directory is silent', async () => {
    const id = await submitOne(house.ctx, { commonName: 'expired' });
    await directory.stop();
    try {
      house.advance(11 * MINUTE);
      await expect(approveRequest(paula(), { id })).rejects.toMatchObject({ code: 'request.account-ended' });
    } finally {
      await directory.start();
    }
  });
});
