import type { Page } from '@playwright/test';
import { Secret, TOTP } from 'otpauth';

/** The authenticator app of a test: the secret that the page shows, as a person would type it. */
export async function appOf(page: Page): Promise<(offsetSteps?: number) => string> {
  const typed = await page.locator('code.mono').first().innerText();
  const totp = new TOTP({ secret: Secret.fromBase32(typed.replaceAll(' ', '')) });
  return (offsetSteps = 0) => totp.generate({ timestamp: Date.now() + offsetSteps * 30_000 });
}
