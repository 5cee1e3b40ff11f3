import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { chromium, type Browser } from '@playwright/test';

import { mustRun } from './run';

const POLICY_DIR = '/etc/chromium/policies/managed';
const POLICY = join(POLICY_DIR, 'hubgate-e2e.json');

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
      await mkdir(POLICY_DIR, { recursive: true });
      const pattern = JSON.stringify({ pattern: origin, filter: {} });
      await writeFile(POLICY, JSON.stringify({ AutoSelectCertificateForUrls: [pattern] }));
    },
    forgetPolicy: () => rm(POLICY, { force: true }),
  };
}
