import type { Command } from 'commander';

import { translator } from '../i18n/translator';
import { explainRegistration, type ExplainedHub, type Routing } from '../hubs/explain-registration';
import { scanHubs } from '../hubs/hub-index';
import type { RegistrationProblem } from '../hubs/parse-registration';
import { configOf, outputOf } from './context';
import { safe } from './table';

/** `hubgate hubs check [file]` */
export function registerCheck(hubs: Command): void {
  hubs
    .command('check')
    .description(
      'what is wrong with registration files, by file and line; with a file: what the portal makes of it. Exits with 1 if anything is wrong',
    )
    .argument('[file]', 'a registration file, in the hubs folder or anywhere else')
    .action((file: string | undefined, _options: object, command: Command) =>
      file === undefined ? checkFolder(command) : checkFile(file, command),
    );
}

async function checkFolder(command: Command): Promise<void> {
  const loaded = configOf(command);
  const { problems, hubs: found } = await scanHubs(loaded, Date.now());
  outputOf(command).result(
    { ok: problems.length === 0, folder: loaded.paths.hubsDir, problems },
    [
      ...problems.map(problemLine),
      `${found.length} hubs in ${loaded.paths.hubsDir}, ${problems.length} problems.`,
    ].join('\n'),
  );
  if (problems.length > 0) process.exitCode = 1;
}

async function checkFile(file: string, command: Command): Promise<void> {
  const loaded = configOf(command);
  const { inFolder, hubs, problems } = await explainRegistration(loaded, { file, now: Date.now });
  const value = {
    ok: problems.length === 0,
    folder: loaded.paths.hubsDir,
    inFolder,
    hubs: hubs.map(({ hub, routing, health, probes }) => ({
      name: hub.name,
      url: hub.url,
      description: hub.description,
      ...hub.details,
      ...routing,
      state: health.state,
      why: health.why,
      ...(health.version === null ? {} : { version: health.version }),
      probes,
    })),
    problems,
  };
  const where = inFolder ? [] : [`It is not in ${loaded.paths.hubsDir}: judged as if it were.`];
  const text = [...hubs.flatMap(hubLines), ...where, ...problems.map(problemLine)];
  outputOf(command).result(value, [...text, `${hubs.length} hubs, ${problems.length} problems.`].join('\n'));
  if (problems.length > 0) process.exitCode = 1;
}

const UNROUTED: Record<Extract<Routing, { routed: false }>['because'], (route: string) => string> = {
  'other-origin': () => 'no: its address is not at the gate (site.gateUrl), so it is only listed',
  'no-path': () => 'no: its address has no path of its own at the gate, such as /astro',
  'path-taken': (route) => `no: another hub, or the portal itself, has the path /${route}`,
  'no-upstream': (route) =>
    `no: nothing says where it runs. Add to hubgate.toml, under [hubs.upstream]: ${route} = "http://127.0.0.1:8000"`,
};

const VERDICTS: Record<ExplainedHub['probes'][number]['verdict'], string> = {
  asked: '',
  'not-allowed': ' (not asked: hubs.probeAllow does not cover it)',
  'no-address': ' (its name has no address)',
};

function hubLines({ hub, routing, health, probes }: ExplainedHub): string[] {
  const t = translator('en');
  const details = Object.entries(hub.details).map(([key, value]) => row(key, String(value)));
  const asked = probes.map(({ base, verdict }) => `${base}/hub/health${VERDICTS[verdict]}`);
  const version = health.version === null ? '' : `, JupyterHub ${health.version}`;
  const way = routing.routed
    ? `yes: /${routing.route} at the gate leads to ${routing.upstream}`
    : UNROUTED[routing.because](routing.route ?? '');
  return [
    hub.name,
    row('address', hub.url),
    row('description', hub.description || '(none)'),
    ...details,
    row('routed', way),
    row('asked at', asked.join(', ') || 'nowhere'),
    row('state', `${health.state}: ${t(`health.why.${health.why}`)}${version}`),
    '',
  ];
}

function row(key: string, text: string): string {
  return `  ${key.padEnd(14)} ${safe(text)}`;
}

function problemLine({ file, line, code, text }: RegistrationProblem): string {
  return `${safe(file)}${line > 0 ? `:${line}` : ''}: ${code}${text === '' ? '' : `: ${safe(text)}`}`;
}
