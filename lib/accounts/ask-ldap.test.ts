import { createServer, type Socket } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ConfigSchema } from '../config/schema';
import { statePaths } from '../config/state-paths';
import { startTestDirectory, type TestDirectory } from '../testing/slapd';
import type { Account, Wanted } from './account';
import { lookUpAccount } from './look-up-account';

let directory: TestDirectory;
beforeAll(async () => {
  directory = await startTestDirectory();
});
afterAll(() => directory.remove());

function ask(wanted: Wanted | string, ldap: Record<string, unknown> = {}, rest = {}): Promise<Account> {
  const config = ConfigSchema.parse({ accounts: { ...directory.accounts(ldap), ...rest } });
  const paths = statePaths(config, '/', () => false);
  const now = () => new Date('2026-11-26T00:00:00Z');
  const asked = typeof wanted === 'string' ? ({ by: 'account', value: wanted } as const) : wanted;
  return lookUpAccount({ config, paths, now }, asked);
}

describe('an LDAP server is asked', () => {
  it('for an account, with name, address and groups of both kinds', async () => {
    expect(await ask('alice')).toEqual({
      state: 'exists',
      account: 'alice',
      name: 'Alice Ärmel',
      email: 'alice@example.org',
      groups: ['astro', 'lab'],
    });
  });

  it.each([
    ['carol', 'unknown'],
    ['expired', 'ended'],
    ['closed', 'ended'],
    ['tapes', 'system'],
    ['bob', 'exists'],
  ])('%s is %s', async (account, state) => expect(await ask(account)).toMatchObject({ state }));

  it('by mail and by subject', async () => {
    expect(await ask({ by: 'mail', value: 'alice@example.org' })).toMatchObject({ account: 'alice' });
    expect(await ask({ by: 'subject', value: 'bob' })).toMatchObject({ account: 'bob' });
    expect(await ask({ by: 'mail', value: 'twins@example.org' })).toMatchObject({
      state: 'unreachable',
      problem: expect.stringContaining('several'),
    });
  });

  it.each(['*', 'a*', 'alice)(uid=*', '*)(|(uid=*', 'alice\u0000', '\\2a', 'ali\\63e', 'ä', ')', '(', '\\'])(
    'and %j is a value, never a filter',
    async (value) => expect(await ask({ by: 'mail', value })).toMatchObject({ state: 'unknown' }),
  );

  it.each(['*', 'a b', '-x', 'alice\n', ''])('never for %j, which is no account here', async (value) => {
    expect(await ask(value)).toMatchObject({ state: 'none' });
  });

  it('by StartTLS', async () => {
    expect(await ask('alice', { url: directory.ldapUrl, startTls: true })).toMatchObject({ state: 'exists' });
  });
});

describe('an LDAP server is not believed, and says why,', () => {
  it.each([
    ['with another CA', () => ({ caFile: '/etc/ssl/certs/ca-certificates.crt' })],
    ['under another name', () => ({ url: directory.ldapsUrl.replace('localhost', '127.0.0.1') })],
    [
      'with another CA, by StartTLS',
      () => ({ url: directory.ldapUrl, startTls: true, caFile: '/etc/ssl/certs/ca-certificates.crt' }),
    ],
    [
      'under another name, by StartTLS',
      () => ({ url: directory.ldapUrl.replace('localhost', '127.0.0.1'), startTls: true }),
    ],
    ['without its CA file', () => ({ caFile: '/nonexistent' })],
    ['with a wrong password', () => ({ passwordFile: directory.caFile })],
    ['anonymously, where it wants a name', () => ({ bindDn: '' })],
    ['with a base that is not there', () => ({ base: 'ou=nowhere,dc=example,dc=org' })],
    ['where nobody listens', () => ({ url: 'ldap://127.0.0.1:1' })],
  ])('%s', async (_, ldap) => {
    const found = await ask('alice', ldap());
    expect(found).toMatchObject({ state: 'unreachable', problem: expect.stringMatching(/.{5}/) });
    expect(found.problem).not.toContain('not so secret');
  });

  it('when it hangs, within the time limit', async () => {
    const open: Socket[] = [];
    const server = createServer((socket) => void open.push(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const began = performance.now();
    try {
      for (const url of [`ldap://127.0.0.1:${port}`, `ldaps://127.0.0.1:${port}`]) {
        expect(await ask('alice', { url }, { timeoutSeconds: 1 })).toMatchObject({ state: 'unreachable' });
      }
      expect(performance.now() - began).toBeLessThan(8000);
    } finally {
      for (const socket of open) socket.destroy();
      server.close();
    }
  });
});
