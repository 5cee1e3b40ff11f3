import { InvalidArgumentError, type Command } from 'commander';

import type { HubAccess } from '../db/hub-access';
import { HubgateError } from '../errors';
import { allowHubMember } from '../hubs/allow-hub-member';
import { denyHubMember } from '../hubs/deny-hub-member';
import { healthNow, scanHubs } from '../hubs/hub-index';
import { listHubAccess } from '../hubs/list-hub-access';
import { PROBES_AT_ONCE } from '../hubs/probe-round';
import { setHubAccess } from '../hubs/set-hub-access';
import { configOf, outputOf, withCtx } from './context';
import { registerCheck } from './hubs-check';
import { safe } from './table';

/** `hubgate hubs list|check|access|allow|deny` */
export function register(program: Command): void {
  const hubs = program.command('hubs').description('registered hubs, their health, and who may enter them');
  hubs
    .command('list')
    .description('the registered hubs and their health, asked now')
    .action(async (_options: object, command: Command) => {
      const items = await probedHubs(command);
      const lines = items.map(({ name, state, url, routed, description }) =>
        [
          name.padEnd(16),
          state.padEnd(9),
          routed ? url : `${url} (not routed by this gate)`,
          safe(description),
        ].join('  '),
      );
      outputOf(command).result(
        { hubs: items },
        lines.length > 0 ? lines.join('\n') : `No hub is registered in ${configOf(command).paths.hubsDir}.`,
      );
    });
  registerCheck(hubs);
  hubs
    .command('access')
    .description('who may enter which hub; with a name and a mode: change it')
    .argument('[hub]', 'the first part of the path of its address')
    .argument('[mode]', 'listed (only names on its list) or any-valid (every valid certificate)', readMode)
    .action((hub: string | undefined, mode: HubAccess | undefined, _options: object, command: Command) =>
      withCtx(command, async (ctx, out) => {
        if (hub !== undefined && mode !== undefined) {
          const result = await setHubAccess(ctx, { name: hub, access: mode });
          out.result(result, `${hub}: ${mode}. It holds from the next request on.`);
          return;
        }
        const { items } = await listHubAccess(ctx);
        const shown = items.filter(({ route }) => hub === undefined || route === hub);
        if (hub !== undefined && shown.length === 0) {
          throw new HubgateError('hub.not-found', `No hub ${hub} is known. See: hubgate hubs access`, {
            field: 'hub',
          });
        }
        out.result(
          { items: shown },
          shown
            .map(
              ({ route, access, members }) =>
                `${route}  ${access}${access === 'listed' ? `: ${members.join(', ') || 'nobody'}` : ''}`,
            )
            .join('\n') || 'No hub is known.',
        );
      }),
    );
  for (const [verb, run, says] of [
    ['allow', allowHubMember, 'is on the list of'],
    ['deny', denyHubMember, 'is off the list of'],
  ] as const) {
    hubs
      .command(verb)
      .description(`${verb} a certificate's name (CN) on a hub's list`)
      .argument('<hub>')
      .argument('<name>')
      .action((hub: string, commonName: string, _options: object, command: Command) =>
        withCtx(command, async (ctx, out) => {
          const result = await run(ctx, { name: hub, commonName });
          out.result(result, `${commonName} ${says} ${hub}.`);
        }),
      );
  }
}

function readMode(text: string): HubAccess {
  if (text === 'listed' || text === 'any-valid') return text;
  throw new InvalidArgumentError('Allowed: listed, any-valid.');
}

async function probedHubs(command: Command) {
  const loaded = configOf(command);
  const { hubs } = await scanHubs(loaded, Date.now());
  const items = [];
  for (let at = 0; at < hubs.length; at += PROBES_AT_ONCE) {
    const some = hubs.slice(at, at + PROBES_AT_ONCE);
    items.push(
      ...(await Promise.all(
        some.map(async (hub) => {
          const { state, why, version } = await healthNow(loaded, hub, Date.now);
          const { name, url, description, upstream } = hub;
          return { name, url, description, state, why, version, routed: upstream !== null };
        }),
      )),
    );
  }
  return items;
}
