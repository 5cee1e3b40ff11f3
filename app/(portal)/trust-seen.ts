import { cookies } from 'next/headers';

import { trustHint, trustHintName } from '#components/ca/trust-hint';
import type { Page } from '#lib/http/page';

/** When this browser was last seen to trust the root, as it remembers it; null: not lately. A hint, no proof. */
export async function trustSeen({ config, ctx }: Pick<Page, 'config' | 'ctx'>): Promise<Date | null> {
  return trustHint((await cookies()).get(trustHintName(config.site.canaryUrl))?.value, ctx.now());
}
