import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ConfigSchema } from '../config/schema';
import { statePaths } from '../config/state-paths';
import { askGetent } from './ask-getent';
import { lookUpAccount } from './look-up-account';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hubgate-getent-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rules = (more = {}) => ConfigSchema.parse({ accounts: { source: 'getent', ...more } }).accounts;

/** A program in the place of getent or id: what SSSD of a centre might answer. */
function program(name: string, script: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}
const centre = (getent: string, id = 'exit 1') => ({
  getent: program('getent', getent),
  id: program('id', id),
});
const ALICE = 'echo "alice:x:2001:100:Alice Example,Room 7,,:/home/alice:/bin/bash"';

describe('the system is asked', () => {
  it('for real accounts', async () => {
    expect(await askGetent('root', rules())).toMatchObject({ state: 'system', account: 'root' });
    expect(await askGetent('nobody', rules({ endedShells: ['/usr/sbin/nologin'] }))).toMatchObject({
      state: 'ended',
    });
    expect(await askGetent('no-such-account', rules())).toMatchObject({ state: 'unknown', account: null });
  });

  it('for name and groups, also with blanks in them', async () => {
    const found = await askGetent('alice', rules(), centre(ALICE, `printf 'astro\\0domain users\\0'`));
    expect(found).toEqual({
      state: 'exists',
      account: 'alice',
      name: 'Alice Example',
      email: null,
      groups: ['astro', 'domain users'],
    });
  });

  it('and does without groups', async () => {
    expect(await askGetent('alice', rules(), centre(ALICE))).toMatchObject({ state: 'exists', groups: [] });
  });

  it.each([
    ['hangs', 'sleep 60'],
    ['floods', 'yes'],
    ['fails', 'exit 3'],
    ['says nothing sensible', 'echo "alice:x:what:100"'],
  ])('and is unreachable when it %s', async (_, script) => {
    const began = performance.now();
    expect(await askGetent('alice', rules({ timeoutSeconds: 1 }), centre(script))).toMatchObject({
      state: 'unreachable',
    });
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('and is unreachable where there is no such program', async () => {
    const absent = { getent: '/nonexistent/getent', id: '/usr/bin/id' };
    expect(await askGetent('alice', rules(), absent)).toMatchObject({ state: 'unreachable' });
  });

  it('takes another spelling for another account', async () => {
    expect(await askGetent('2001', rules(), centre(ALICE))).toMatchObject({ state: 'unknown' });
  });

  it.each(['$(touch MARK)', '; touch MARK', '`touch MARK`', '--help', '-s files', "a'b", 'a\nb'])(
    'and %j runs nothing',
    async (text) => {
      const mark = join(folder, 'mark');
      expect((await askGetent(text.replace('MARK', mark), rules())).state).toMatch(/unknown|unreachable/);
      expect(existsSync(mark)).toBe(false);
      const config = ConfigSchema.parse({ accounts: { source: 'getent' } });
      const ctx = { config, paths: statePaths(config, '/', () => false), now: () => new Date() };
      expect(await lookUpAccount(ctx, { by: 'account', value: text })).toMatchObject({ state: 'none' });
    },
  );

  it('shows what a directory says as one line of text', async () => {
    const found = await askGetent(
      'alice',
      rules(),
      centre(`printf 'alice:x:2001:100:A\\033[31m\\342\\200\\256lice:/:/bin/sh\\n'`),
    );
    expect(found.name).toBe('A [31m lice');
  });
});
