import { isHubgateError } from '../errors';
import { listHubs, type HubVisitor } from './list-hubs';

/**
 * What a visitor may know of a hub that the gate does not lead to: registered at this address but not
 * routed, or not there at all; also the latter where hubs are shown to certificates only.
 */
export async function hubAtPath(
  ctx: Parameters<typeof listHubs>[0],
  input: { name: string; visitor: HubVisitor },
): Promise<'not-routed' | 'none'> {
  try {
    const { hubs } = await listHubs(ctx, { visitor: input.visitor });
    const { origin } = new URL(ctx.config.site.gateUrl);
    const here = hubs.some(
      ({ url, routed }) =>
        !routed && new URL(url).origin === origin && new URL(url).pathname.split('/')[1] === input.name,
    );
    return here ? 'not-routed' : 'none';
  } catch (thrown) {
    if (isHubgateError(thrown)) return 'none';
    throw thrown;
  }
}
