import type { Command } from 'commander';

import { healthNow, scanHubs } from '../hubs/hub-index';
import { PROBES_AT_ONCE } from '../hubs/probe-round';
import { configOf, outputOf } from './context';
import { registerAccess } from './hubs-access';
import { registerCheck } from './hubs-check';
import { safe } from './table';

/** `hubgate hubs list|check`, and those of hubs-access.ts */
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
  registerAccess(hubs);
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
