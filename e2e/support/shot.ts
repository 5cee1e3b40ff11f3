import { join } from 'node:path';

import type { Page } from '@playwright/test';

/** Pictures of a page for who looks at it, where HUBGATE_SHOTS names a folder: narrow and wide, light and dark. */
export async function shot(page: Page, name: string): Promise<void> {
  const shots = process.env['HUBGATE_SHOTS'];
  if (shots === undefined) return;
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [375, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: join(shots, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
}
