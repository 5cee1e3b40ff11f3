import type { Ctx } from '../ctx';
import { HubgateError } from '../errors';
import { requirePermission } from '../identity/authorise';
import { checkHubName } from './hub-name';
import { runningIndex, scanHubs } from './hub-index';

/**
 * A hub's static block for Apache, for paths that must arrive byte by byte: sent on by hubs.map, a name of
 * a file with `?` is refused and an encoded slash arrives as `%252F`.
 *
 * @throws {HubgateError} `hub.not-found` when this gate leads to no such hub
 */
export async function apacheBlock(
  ctx: Pick<Ctx, 'actor' | 'config' | 'paths' | 'now'>,
  input: { name: string },
): Promise<{ name: string; upstream: string; text: string }> {
  requirePermission(ctx, 'hubs.read');
  const name = checkHubName(input.name);
  const snapshot = runningIndex()?.snapshot() ?? (await scanHubs(ctx, ctx.now().getTime()));
  const upstream =
    snapshot.hubs.find((hub) => hub.route === name && hub.upstream !== null)?.upstream ??
    (Object.hasOwn(ctx.config.hubs.upstream, name) ? ctx.config.hubs.upstream[name] : null) ??
    null;
  if (upstream === null) {
    throw new HubgateError(
      'hub.not-found',
      `This gate leads to no hub ${name}. Give it an address under [hubs.upstream] in hubgate.toml, or see: hubgate hubs list`,
      { field: 'name' },
    );
  }
  return { name, upstream, text: apacheBlockText({ route: name, upstream }) };
}

/**
 * Who may enter is asked as ever, in access.map and revoked.map: the rules of HubgateGate, which come after
 * this, need HUB only. `nocanon` sends the address on as it came, so what Apache tidies up before it decides
 * must not come: a dot segment is refused, encoded or not.
 */
export function apacheBlockText({ route, upstream }: { route: string; upstream: string }): string {
  const path = `/${route}`;
  return `# ${route}: written by hubgate hubs apache ${route}. Belongs in the gate's virtual host before Use HubgateGate,
# where hubgate.conf includes hubgate-hubs.d/*.conf; counts after apachectl configtest && apachectl graceful.
RewriteEngine On
RewriteCond %{THE_REQUEST} "^[A-Z]+ [^ ?]*(?:[/\\\\\\\\]|%2f|%5c)(?:\\.|%2e)(?:\\.|%2e)?(?:[/\\\\\\\\ ?]|%2f|%5c)" [NC]
RewriteRule ^${path}(?:/|$) - [R=400,L]
RewriteRule ^${path}(?:/|$) - [E=HUB:${route},E=HUB_STATIC:1]
<Location "${path}">
  # Also where HUB were not set: nobody gets in whom the lists do not name.
  Require expr "%{reqenv:HUB_OK} == '1'"
  # HTTP and WebSocket; retry: a hub that was restarted is asked at once.
  ProxyPass "${upstream}${path}" upgrade=websocket nocanon retry=0
</Location>
`;
}
