import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** This process, as its claims name it, and the requests whose orders it has under way. */
type SigningProcess = { name: string; underWay: Set<string> };

// Next bundles routes and instrumentation apart: what a process is must not depend on who asks.
const holder = globalThis as typeof globalThis & { __hubgateSigning?: SigningProcess };

export function signingProcess(): SigningProcess {
  holder.__hubgateSigning ??= {
    name: `${hostname()}:${process.pid}:${randomBytes(6).toString('hex')}`,
    underWay: new Set(),
  };
  return holder.__hubgateSigning;
}

/** A claim older than this is looked into whoever made it: batches take seconds. */
const CLAIM_MAX_MS = 120_000;

/**
 * May this claim be taken for abandoned? At once when its process is gone from this host, or is this
 * one and has nothing under way; by age when it is of another host. To be wrong costs nothing but
 * time: the signer never signs an order twice.
 */
export function isAbandoned(
  claim: { id: string; claimedBy: string | null; claimedAt: Date | null },
  now: Date,
): boolean {
  const here = signingProcess();
  if (claim.claimedBy === here.name) return !here.underWay.has(claim.id);
  if (claim.claimedBy === null || claim.claimedAt === null) return true;
  const [host, pid] = claim.claimedBy.split(':');
  if (host === hostname() && (Number(pid) === process.pid || !isAlive(Number(pid)))) return true;
  return now.getTime() - claim.claimedAt.getTime() > CLAIM_MAX_MS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !isZombie(pid);
}

/** Killed, and nobody has asked for its exit code: so it stays where PID 1 is no init, as in containers. */
function isZombie(pid: number): boolean {
  try {
    // proc(5): the state follows the name, which stands in parentheses and may hold any character.
    return /\) Z [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false; // gone this moment, or a system without /proc
  }
}
