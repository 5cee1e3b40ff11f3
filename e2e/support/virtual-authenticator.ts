import type { Page } from '@playwright/test';

/**
 * Gives this page's browser a security key that is touched at once and knows its owner's finger
 * (WebAuthn Level 3 section 11, by the Chrome DevTools protocol). It lives as long as the page.
 */
export async function addVirtualAuthenticator(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'usb',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

/** Adds a passkey on the person's own page; its fingerprint, as the page shows it. */
export async function registerPasskey(page: Page, url: string, name: string): Promise<string> {
  await page.goto(`${url}/account`);
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  const shown = page.locator('[data-fingerprint]').last();
  await shown.waitFor();
  return (await shown.locator('.fp').innerText()).replaceAll(/\s/g, '');
}
