import { execFile } from 'node:child_process';

import type { Config } from '../config/schema';
import { NOT_ASKED, shownGroups, shownText, unknownAccount, unreachable, type Account } from './account';

type Rules = Config['accounts'];

/** An entry of passwd(5) is a line; what is longer is none. */
const OUTPUT_MAX_BYTES = 64 * 1024;
/** getent(1): one or more of the keys could not be found. */
const NOT_FOUND = 2;

/**
 * Asks the system for one account, as `login` does: files, SSSD, whatever nsswitch.conf(5) names. Two
 * programs, run without a shell, each within `timeoutSeconds`.
 *
 * @param account must fit `pki.accountPattern`: it is the caller's to check
 */
export async function askGetent(account: string, rules: Rules, programs = PROGRAMS): Promise<Account> {
  const found = await run(programs.getent, ['passwd', '--', account], rules);
  if ('failed' in found) return unreachable(found.failed);
  if (found.code === NOT_FOUND) return unknownAccount;
  if (found.code !== 0) return unreachable(`getent ended with ${found.code}`);
  // passwd(5): name, password, uid, gid, gecos, home, shell. SSSD may answer another spelling.
  const [name = '', , uid = '', , gecos = '', , shell = ''] = found.out.split('\n')[0]?.split(':') ?? [];
  if (name !== account) return unknownAccount;
  if (!/^\d{1,10}$/.test(uid)) return unreachable('getent gave no uid');
  const groups = await groupsOf(account, rules, programs);
  return {
    ...NOT_ASKED,
    state: Number(uid) < rules.minUid ? 'system' : rules.endedShells.includes(shell) ? 'ended' : 'exists',
    account: name,
    name: shownText(gecos.split(',')[0]),
    groups,
  };
}

/** Groups are for the approver to see: an account without them is an account all the same. */
async function groupsOf(account: string, rules: Rules, programs: typeof PROGRAMS): Promise<string[]> {
  const found = await run(programs.id, ['-Gnz', '--', account], rules);
  return 'failed' in found || found.code !== 0 ? [] : shownGroups(found.out.split('\0'));
}

const PROGRAMS = { getent: '/usr/bin/getent', id: '/usr/bin/id' };

type Ended = { code: number; out: string } | { failed: string };

function run(program: string, words: readonly string[], { timeoutSeconds }: Rules): Promise<Ended> {
  const limits = {
    timeout: timeoutSeconds * 1000,
    killSignal: 'SIGKILL' as const,
    maxBuffer: OUTPUT_MAX_BYTES,
  };
  return new Promise((resolve) => {
    // Nothing of the portal's environment is anybody else's business.
    const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' } as unknown as NodeJS.ProcessEnv;
    execFile(program, [...words], { ...limits, env, encoding: 'utf8' }, (error, out) => {
      if (error === null) resolve({ code: 0, out });
      else if (error.killed === true)
        resolve({ failed: `${program} did not answer within ${timeoutSeconds} s` });
      else if (typeof error.code === 'number') resolve({ code: error.code, out });
      else resolve({ failed: `${program}: ${String(error.code ?? error.message)}` });
    });
  });
}
