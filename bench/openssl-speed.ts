import { mustRun } from '../e2e/support/run';

/** What OpenSSL itself reaches with an RSA 4096 key on this machine, as loaded as it is now. */
export type NativeSpeed = {
  /** Signatures a second by the clock, two processes together: `openssl speed -multi 2 rsa4096`. */
  perSecond: number;
  /** Processor milliseconds of one signature, which other programs' load hardly changes. */
  cpuMs: number;
};

export async function opensslSpeed(): Promise<NativeSpeed> {
  const both = await mustRun('openssl', ['speed', '-multi', '2', '-seconds', '3', 'rsa4096']);
  const perSecond = /rsa 4096 bits\s+[\d.]+s\s+[\d.]+s\s+([\d.]+)/.exec(both)?.[1];
  if (perSecond === undefined) throw new Error(`openssl speed said:\n${both}`);
  // One process alone counts its own processor time instead of the clock's.
  const one = await mustRun('openssl', ['speed', '-mr', '-seconds', '2', 'rsa4096']);
  const perCpuSecond = /\+F2:\d+:4096:([\d.]+):/.exec(one)?.[1];
  if (perCpuSecond === undefined) throw new Error(`openssl speed said:\n${one}`);
  return { perSecond: Number(perSecond), cpuMs: 1000 / Number(perCpuSecond) };
}

export function meanSpeed(before: NativeSpeed, after: NativeSpeed): NativeSpeed {
  return {
    perSecond: (before.perSecond + after.perSecond) / 2,
    cpuMs: (before.cpuMs + after.cpuMs) / 2,
  };
}
