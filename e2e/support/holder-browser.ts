import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';

import type { Browser } from '@playwright/test';

import { testBrowser } from './chromium';
import type { Issued } from './issue';
import type { Portal } from './portal';
import { mustRun } from './run';

export type HolderBrowser = { browser: Browser; close: () => Promise<void> };

/** A Chromium of somebody who has one certificate, imported from a .p12, and shows it at the gate. */
export async function browserWithP12(
  portal: Pick<Portal, 'dir' | 'caDir' | 'gateUrl'>,
  p12: string,
  passphrase: string,
): Promise<HolderBrowser> {
  const home = await testBrowser(await mkdtemp(join(portal.dir, 'browser-')));
  await home.trustRoot(join(portal.caDir, 'root-ca.pem'));
  await home.importP12(p12, passphrase);
  await home.pickCertificateFor(portal.gateUrl);
  const browser = await home.launch();
  return {
    browser,
    close: async () => {
      await browser.close();
      await home.forgetPolicy();
    },
  };
}

/** The same for a certificate whose key the openssl command has made. */
export async function browserOf(
  portal: Pick<Portal, 'dir' | 'caDir' | 'gateUrl'>,
  { certFile, keyFile }: Pick<Issued, 'certFile' | 'keyFile'>,
): Promise<HolderBrowser> {
  const p12 = `${certFile}.p12`;
  const from = ['-in', certFile, '-inkey', keyFile];
  await mustRun('openssl', ['pkcs12', '-export', ...from, '-out', p12, '-passout', 'pass:made']);
  return browserWithP12(portal, p12, 'made');
}
