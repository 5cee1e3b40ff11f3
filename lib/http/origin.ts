import type { HeaderBag } from '../client-cert/front-trust';
import type { Config } from '../config/schema';
import { HubgateError } from '../errors';
import { requestOrigin } from './site';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses a state-changing call that a browser sends with cookies from somebody else's page.
 *
 * The Origin header must be the origin that the call came to. Browsers send it with every POST; a
 * call without it must at least say `Sec-Fetch-Site: same-origin`. Calls with bearer tokens need
 * none of this, since nothing is sent along unasked.
 *
 * @throws {HubgateError} `auth.wrong-origin`
 */
export function checkOrigin(method: string, headers: HeaderBag, config: Pick<Config, 'site'>): void {
  if (SAFE_METHODS.has(method)) return;
  const own = requestOrigin(
    headers.get('x-forwarded-host') ?? headers.get('host'),
    headers.get('x-forwarded-proto'),
  );
  const sent = headers.get('origin');
  const known = own !== null && [config.site.url, config.site.gateUrl, config.site.httpUrl].includes(own);
  if (sent === null ? headers.get('sec-fetch-site') === 'same-origin' : known && sent === own) return;
  throw new HubgateError(
    'auth.wrong-origin',
    `This call did not come from ${config.site.url}. Open the page there and try again.`,
  );
}
