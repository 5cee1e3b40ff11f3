import type { HeaderBag } from '../client-cert/front-trust';
import { HubgateError } from '../errors';

/**
 * Refuses browsers where a client certificate alone decides. The gate's name carries hubs, whose
 * notebooks run strangers' JavaScript, and a browser adds its user's certificate to whatever they
 * send. It also adds Origin to every POST (Fetch Standard section 3.2) and Sec-Fetch-Site (Fetch
 * Metadata section 2.3), which no script can leave out or change; programs send neither.
 *
 * @param instead where people do the same
 * @throws {HubgateError} `auth.wrong-origin`
 */
export function requireProgram(headers: HeaderBag, instead: string): void {
  if (headers.get('origin') === null && headers.get('sec-fetch-site') === null) return;
  throw new HubgateError('auth.wrong-origin', `This address is for programs. In a browser open ${instead}`);
}
