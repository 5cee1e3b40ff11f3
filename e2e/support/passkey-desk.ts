import { join } from 'node:path';

import type { Browser, Page } from '@playwright/test';

import { becomeAdministrator } from './administrator';
import { testBrowser } from './chromium';
import { startPortal, type Portal } from './portal';
import { addVirtualAuthenticator } from './virtual-authenticator';

/** A portal, and its first administrator at a browser that trusts it and has an authenticator. */
export type PasskeyDesk = {
  portal: Portal;
  browser: Browser;
  page: Page;
  close: () => Promise<void>;
};

/** @param toml lines of hubgate.toml, such as those that ask for approvals by passkey */
export async function openPasskeyDesk(toml?: string): Promise<PasskeyDesk> {
  const portal = await startPortal({ front: 'embedded', ...(toml === undefined ? {} : { toml }) });
  let browser: Browser | null = null;
  const close = async () => {
    await browser?.close();
    await portal.stop();
  };
  try {
    const chromium = await testBrowser(portal.dir);
    await chromium.trustRoot(join(portal.caDir, 'root-ca.pem'));
    browser = await chromium.launch();
    const page = await (await browser.newContext()).newPage();
    await becomeAdministrator(page, portal.firstAdminLink());
    await addVirtualAuthenticator(page);
    return { portal, browser, page, close };
  } catch (error) {
    await close();
    throw error;
  }
}
