import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';

import { expect, it } from 'vitest';

import { isAbandoned } from './signing-process';

const now = new Date();
const claimOf = (pid: number) => ({ id: 'R-1', claimedBy: `${hostname()}:${pid}:ab`, claimedAt: now });

it('of a process that runs is not abandoned before its time; of one that was killed it is at once', async () => {
  // The shell becomes a program that asks nobody for exit codes: what it had started stays a zombie.
  const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const [printed] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(printed.toString());
    expect(isAbandoned(claimOf(pid), now)).toBe(false);
    expect(isAbandoned(claimOf(pid), new Date(now.getTime() + 120_001))).toBe(true);
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => isAbandoned(claimOf(pid), now), { timeout: 5000 }).toBe(true);
    expect(() => process.kill(pid, 0)).not.toThrow();
  } finally {
    parent.kill('SIGKILL');
  }
});
