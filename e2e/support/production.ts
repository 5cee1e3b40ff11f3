import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { serveWithApache, type Apache } from './apache';
import { startHubUpstream, type HubUpstream } from './hub-upstream';
import { freePorts, until } from './ports';
import { mustRun, run, type Ran } from './run';

const ROOT = join(import.meta.dirname, '..', '..');
const ADMINISTRATOR = join(ROOT, 'docs', 'administrator.md');

/** The three users of the layout: who runs the portal, who holds the key, whom Apache runs as. */
export type Who = 'portal' | 'signer' | 'apache';

export type Service = {
  output: () => string;
  /** SIGTERM, and waits for the end. */
  stop: () => Promise<void>;
};

export type Production = {
  dir: string;
  url: string;
  gateUrl: string;
  httpUrl: string;
  caDir: string;
  users: Record<Who, string>;
  hub: HubUpstream;
  /** A path of the unit files and the docs, as it is here. */
  path: (shipped: string) => string;
  /** Runs a program as one of the users, with the groups that the user has on this machine. */
  as: (who: Who, program: string, ...args: string[]) => Promise<Ran>;
  /** The command line, as the docs say: from a folder that only root may enter. */
  hubgate: (who: Who | 'root', ...words: string[]) => Promise<Ran>;
  /** Starts a unit of deploy/systemd as systemd would, as far as users, modes and folders go. */
  startUnit: (unit: string) => Promise<Service>;
  /** Waits until a path unit of deploy/systemd would start its service, and runs that service's commands. */
  runPathUnit: (name: string, reload?: string[]) => Promise<Ran>;
  startApache: () => Promise<Apache>;
  remove: () => Promise<void>;
};

/**
 * The layout of docs/administrator.md with throw-away users: its `adduser` lines and its hubgate.toml
 * are taken from the page, with names, paths and addresses of this run.
 *
 * @throws {Error} when not root on a Debian system
 */
export async function layOutProduction(): Promise<Production> {
  if (process.getuid?.() !== 0 || (await run('adduser', ['--version'])).code !== 0) {
    throw new Error('The production layout needs users of its own: run this as root on Debian.');
  }
  const page = await readFile(ADMINISTRATOR, 'utf8');
  const dir = await mkdtemp(join(tmpdir(), 'hg-prod-'));
  const suffix = randomBytes(3).toString('hex');
  const users = { portal: `hg-p-${suffix}`, signer: `hg-s-${suffix}`, apache: `hg-a-${suffix}` };
  const names: Record<string, string> = {
    hubgate: users.portal,
    'hubgate-signer': users.signer,
    'www-data': users.apache,
  };
  const path = (shipped: string): string =>
    shipped
      .replaceAll('/usr/bin/node', process.execPath)
      .replaceAll('/opt/hubgate', ROOT)
      .replaceAll('/etc/hubgate', join(dir, 'etc'))
      .replaceAll('/var/lib/', join(dir, 'lib/'))
      .replaceAll('/run/', join(dir, 'run/'));
  const hub = await startHubUpstream('astro');
  const services: Service[] = [];
  let apache: Apache | null = null;

  const remove = async () => {
    await apache?.stop();
    for (const service of services.reverse()) await service.stop();
    await hub.stop();
    for (const user of Object.values(users)) await run('userdel', [user]);
    for (const user of Object.values(users)) await run('groupdel', [user]);
    await rm(dir, { recursive: true, force: true });
  };

  try {
    await chmod(dir, 0o755);
    for (const folder of ['etc', 'lib', 'run', 'hubs']) await mkdir(join(dir, folder), { mode: 0o755 });
    await mkdir(join(dir, 'root'), { mode: 0o700 });
    await mustRun('adduser', ['--quiet', '--system', '--group', '--no-create-home', users.apache]);
    for (const [line] of page.matchAll(/^adduser .*$/gm)) {
      const words = line
        .replace(/\s#.*$/, '')
        .trim()
        .split(/\s+/)
        .slice(1);
      await mustRun('adduser', ['--quiet', ...words.map((word) => names[word] ?? word)]);
    }
    const [http, https] = (await freePorts(2)) as [number, number];
    const url = `https://localhost:${https}`;
    const gateUrl = `https://gate.localhost:${https}`;
    const httpUrl = `http://localhost:${http}`;
    const toml = /```toml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    await writeFile(
      join(dir, 'etc', 'hubgate.toml'),
      `${path(toml)
        .replaceAll('https://hubs.example.org', url)
        .replaceAll('http://hubs.example.org', httpUrl)
        .replaceAll('https://gate.example.org', gateUrl)
        .replaceAll('https://canary.example.org', `https://canary.localhost:${https}`)
        .replace('["example.org"]', '["localhost"]')
        .replace(/^\[pki\].*/m, '[pki]\nrootKey = "p-384"\nsigningKey = "p-256"')}
[signing]
auto = false
[hubs]
dir = "${join(dir, 'hubs')}"
[hubs.upstream]
astro = "${hub.origin}"
`,
    );
    await writeFile(join(dir, 'hubs', 'astro.hub'), `${gateUrl}/astro,Astronomy\n`);

    const env = {
      PATH: process.env['PATH'],
      LANG: 'C.UTF-8',
      NODE_ENV: 'production' as const,
      HUBGATE_CONFIG: join(dir, 'etc', 'hubgate.toml'),
    };
    const as: Production['as'] = (who, program, ...args) =>
      run(
        'setpriv',
        ['--reuid', users[who], '--regid', users[who], '--init-groups', '--', program, ...args],
        {
          cwd: join(dir, 'root'),
          env,
        },
      );
    const cli = join(ROOT, 'bin', 'hubgate.mjs');
    return {
      dir,
      url,
      gateUrl,
      httpUrl,
      caDir: path('/var/lib/hubgate/ca'),
      users,
      hub,
      path,
      as,
      hubgate: (who, ...words) =>
        who === 'root'
          ? run(process.execPath, [cli, ...words], { cwd: join(dir, 'root'), env })
          : as(who, process.execPath, cli, ...words),
      startUnit: async (unit) => {
        const service = await startUnit(unit, path, names);
        services.push(service);
        return service;
      },
      runPathUnit: (name, reload = []) => runPathUnit(name, path, reload),
      startApache: async () => {
        apache = await serveWithApache({
          dir: join(dir, 'apache'),
          files: [join(dir, 'etc', 'apache.conf')],
          listen: [`127.0.0.1:${http}`, `127.0.0.1:${https}`],
          user: users.apache,
        });
        return apache;
      },
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function runPathUnit(
  name: string,
  path: (shipped: string) => string,
  reload: readonly string[],
): Promise<Ran> {
  const read = (kind: string) => readFile(join(ROOT, 'deploy', 'systemd', `${name}.${kind}`), 'utf8');
  const flag = /^PathExists=(.*)$/m.exec(await read('path'))?.[1] ?? '';
  await until(flag, () => stat(path(flag)));
  const service = await read('service');
  const command = (key: string) => path(new RegExp(`^${key}=(.*)$`, 'm').exec(service)?.[1] ?? '').split(' ');
  const [remove, ...removed] = command('ExecStartPre');
  await mustRun(remove ?? '', removed);
  const [script, ...args] = command('ExecStart');
  const own = args.findIndex((word) => word === 'apachectl');
  return run(script ?? '', [...(own < 0 ? args : args.slice(0, own)), ...reload]);
}

/** User, groups, mask, environment and folders of a unit; systemd's own sandbox is beyond a test without it. */
async function startUnit(
  unit: string,
  path: (shipped: string) => string,
  names: Readonly<Record<string, string>>,
): Promise<Service> {
  const text = await readFile(join(ROOT, 'deploy', 'systemd', unit), 'utf8');
  const setting = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
  const here = (name: string): string => {
    const own = names[name];
    if (own === undefined)
      throw new Error(`${unit} names ${name}, which docs/administrator.md does not make`);
    return own;
  };
  const [user, group] = [here(setting('User')), here(setting('Group'))];
  const more = setting('SupplementaryGroups').split(' ').filter(Boolean).map(here);
  const [uid, gid] = [Number(await mustRun('id', ['-u', user])), Number(await mustRun('id', ['-g', group]))];
  for (const [root, kind] of [
    ['/var/lib', 'StateDirectory'],
    ['/run', 'RuntimeDirectory'],
  ] as const) {
    for (const name of setting(kind).split(' ').filter(Boolean)) {
      const folder = path(`${root}/${name}`);
      await mkdir(folder, { recursive: true });
      const before = await stat(folder);
      // systemd would now give everything below to the unit's user: `hubgate init` must have done it.
      if (kind === 'StateDirectory' && before.uid !== uid)
        throw new Error(`${folder} belongs to ${before.uid}`);
      await chown(folder, uid, gid);
      await chmod(folder, Number.parseInt(setting(`${kind}Mode`), 8));
    }
  }
  const environment = path(setting('Environment')).split(' ');
  const child = spawn(
    'setpriv',
    [
      ...['--reuid', user, '--regid', group, '--groups', [group, ...more].join(',')],
      ...['--no-new-privs', '--inh-caps=-all', '--bounding-set=-all', '--'],
      ...['sh', '-c', `umask ${setting('UMask')} && exec "$@"`, 'sh'],
      ...path(setting('ExecStart')).split(' '),
    ],
    {
      cwd: path(setting('WorkingDirectory')),
      env: {
        PATH: '/usr/local/bin:/usr/bin:/bin',
        LANG: 'C.UTF-8',
        USER: user,
        NODE_ENV: 'production',
        ...Object.fromEntries(environment.map((pair) => pair.split('=') as [string, string])),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  }
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return {
    output: () => output,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
