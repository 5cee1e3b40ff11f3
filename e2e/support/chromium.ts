import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { chromium, type Browser } from '@playwright/test';

import { until } from './ports';
import { mustRun } from './run';

const POLICY_DIR = '/etc/chromium/policies/managed';
const POLICY = join(POLICY_DIR, 'hubgate-e2e.json');
const LOCK = '/run/hubgate-e2e-policy.lock';

export type TestBrowser = {
  home: string;
  /** Starts Chromium with this HOME's trust store. It reads the store at its start. */
  launch: () => Promise<Browser>;
  trustRoot: (rootFile: string) => Promise<void>;
  importP12: (p12File: string, passphrase: string) => Promise<void>;
  /** From now on Chromium picks the certificate for these origins by itself, as a person would. */
  pickCertificateFor: (origin: string) => Promise<void>;
  forgetPolicy: () => Promise<void>;
};

/** A Chromium with a HOME, and so an NSS store, of its own, which at first trusts nothing. */
export async function testBrowser(dir: string): Promise<TestBrowser> {
  const home = join(dir, 'home');
  const store = join(home, '.pki', 'nssdb');
  const db = `sql:${store}`;
  let picked: string | null = null;
  await mkdir(store, { recursive: true });
  await mustRun('certutil', ['-d', db, '-N', '--empty-password']);
  return {
    home,
    launch: () =>
      chromium.launch({
        executablePath: '/usr/bin/chromium',
        args: ['--no-sandbox', '--disable-dev-shm-usage'],
        env: { ...(process.env as Record<string, string>), HOME: home },
      }),
    trustRoot: async (rootFile) => {
      await mustRun('certutil', ['-d', db, '-A', '-t', 'C,,', '-n', 'root', '-i', rootFile]);
    },
    importP12: async (p12File, passphrase) => {
      await mustRun('pk12util', ['-d', db, '-i', p12File, '-W', passphrase, '-K', '']);
    },
    pickCertificateFor: async (origin) => {
      picked = origin;
      await changePolicy((patterns) => patterns.add(patternOf(origin)));
    },
    forgetPolicy: async () => {
      const origin = picked;
      if (origin !== null) await changePolicy((patterns) => patterns.delete(patternOf(origin)));
    },
  };
}

const patternOf = (origin: string): string => JSON.stringify({ pattern: origin, filter: {} });

/**
 * Chromium's policy is one file for the whole system, and of two files with this rule it reads one: so the
 * origins of all workers stand in it together, and one changes it at a time.
 */
async function changePolicy(change: (patterns: Set<string>) => void): Promise<void> {
  await mkdir(POLICY_DIR, { recursive: true });
  await until('the lock of the policy', takeLock);
  try {
    const before = await readFile(POLICY, 'utf8').catch(() => '{}');
    const { AutoSelectCertificateForUrls: patterns = [] } = JSON.parse(before) as {
      AutoSelectCertificateForUrls?: string[];
    };
    const wanted = new Set(patterns);
    change(wanted);
    if (wanted.size === 0) return await rm(POLICY, { force: true });
    await writeFile(`${POLICY}.new`, JSON.stringify({ AutoSelectCertificateForUrls: [...wanted] }));
    await rename(`${POLICY}.new`, POLICY);
  } finally {
    await rm(LOCK, { recursive: true, force: true });
  }
}

/** A lock that is older than any change takes was left behind by a worker that was killed. */
async function takeLock(): Promise<true> {
  const held = await stat(LOCK).catch(() => null);
  if (held !== null && Date.now() - held.mtimeMs > 5000) await rm(LOCK, { recursive: true, force: true });
  await mkdir(LOCK);
  return true;
}
