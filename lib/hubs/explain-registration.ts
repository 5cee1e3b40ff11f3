import { basename, dirname, resolve } from 'node:path';

import type { Config } from '../config/schema';
import type { StatePaths } from '../config/state-paths';
import { healthNow, scanHubs, type IndexedHub } from './hub-index';
import { newHealth, type HubHealth } from './hub-state';
import { knownHubs, type KnownHub } from './known-hubs';
import { probeAllowance, resolveTarget } from './probe-address';
import type { RegistrationProblem } from './parse-registration';
import { readRegistrations } from './read-registrations';

type Where = {
  config: Pick<Config, 'hubs' | 'site'>;
  paths: Pick<StatePaths, 'hubsDir' | 'caDir'>;
};

/** Why the gate does or does not lead to a hub. */
export type Routing =
  | { routed: true; route: string; upstream: string }
  | {
      routed: false;
      because: 'other-origin' | 'no-path' | 'path-taken' | 'no-upstream';
      route: string | null;
    };

export type ExplainedHub = {
  hub: KnownHub;
  routing: Routing;
  health: HubHealth;
  /** Each address that it would be asked at, in their order, and what became of it. */
  probes: { base: string; verdict: 'asked' | 'not-allowed' | 'no-address' }[];
};

/**
 * What the portal makes of one registration file: its hubs, whether each is routed and why not, its
 * health asked now, and what is wrong with it. The file need not lie in the hubs folder yet; one that
 * does is judged among its neighbours, who may have taken its path or name.
 *
 * Never throws: a file that cannot be read has a problem like others.
 */
export async function explainRegistration(
  where: Where,
  input: { file: string; now: () => number },
): Promise<{ inFolder: boolean; hubs: ExplainedHub[]; problems: RegistrationProblem[] }> {
  const path = resolve(input.file);
  const name = basename(path);
  const inFolder = dirname(path) === resolve(where.paths.hubsDir);
  const { hubs, problems } = inFolder
    ? await scanHubs(where, input.now())
    : await readApart(where, { folder: dirname(path), name, now: input.now() });
  const mine = hubs.filter((hub) => hub.file === name);
  const own = problems.filter(
    ({ file, code }) => file === name || code === 'folder-unreadable' || code === 'too-many-files',
  );
  const explained: ExplainedHub[] = [];
  for (const hub of mine) {
    explained.push({
      hub,
      routing: routingOf(hub, where.config, own),
      health: await healthNow(where, hub, input.now),
      probes: await verdicts(hub, where.config),
    });
  }
  if (mine.length === 0 && own.length === 0) own.push(nothingAt(name));
  return { inFolder, hubs: explained, problems: own };
}

function nothingAt(name: string): RegistrationProblem {
  const about = { file: name, line: 0 };
  return name.endsWith('.hub')
    ? { code: 'unreadable', text: 'ENOENT', ...about }
    : { code: 'bad-name', text: name, ...about };
}

async function readApart(
  where: Where,
  { folder, name, now }: { folder: string; name: string; now: number },
): Promise<{ hubs: readonly IndexedHub[]; problems: readonly RegistrationProblem[] }> {
  const read = await readRegistrations(folder, { only: name });
  // As if it were put there now: paths and names may be taken.
  const there = await readRegistrations(where.paths.hubsDir);
  const others = there.hubs.filter((hub) => hub.file !== name);
  const known = knownHubs([...others, ...read.hubs], where.config);
  return {
    hubs: known.hubs.map((hub) => ({ ...hub, health: newHealth(now) })),
    problems: [...read.problems, ...known.problems],
  };
}

function routingOf(
  hub: KnownHub,
  { site }: Pick<Config, 'site'>,
  problems: readonly RegistrationProblem[],
): Routing {
  const { route, upstream } = hub;
  if (route !== null && upstream !== null) return { routed: true, route, upstream };
  if (new URL(hub.url).origin !== site.gateUrl)
    return { routed: false, because: 'other-origin', route: null };
  const taken = problems.some(({ code, line }) => code === 'route-taken' && line === hub.line);
  if (taken) return { routed: false, because: 'path-taken', route };
  return { routed: false, because: route === null ? 'no-path' : 'no-upstream', route };
}

async function verdicts(hub: KnownHub, { hubs }: Pick<Config, 'hubs'>): Promise<ExplainedHub['probes']> {
  const allowance = probeAllowance(hubs.probeAllow);
  const found: ExplainedHub['probes'] = [];
  for (const target of hub.probes) {
    const endpoint = await resolveTarget(target, allowance);
    found.push({ base: target.base, verdict: typeof endpoint === 'string' ? endpoint : 'asked' });
    if (endpoint !== 'not-allowed') break;
  }
  return found;
}
