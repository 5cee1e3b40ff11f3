import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startApache, type Apache } from './apache';
import { send, type Answer } from './https-client';
import { startHubUpstream, type HubUpstream } from './hub-upstream';
import { canConnect, freePorts, until } from './ports';
import { mustRun, run, type Ran } from './run';

const ROOT = join(import.meta.dirname, '..', '..');
const HUBGATE = join(ROOT, 'dist', 'hubgate.mjs');

export type PortalOptions = {
  front: 'embedded' | 'apache';
  /** Further lines of hubgate.toml, e.g. `[signing]\nauto = false`. */
  toml?: string;
  /** Further lines of its `[pki]`, e.g. `serverNames = [".example.org"]`. */
  pki?: string;
  /** The built program; by default the one of this tree. */
  program?: string;
  /** Changes the virtual hosts before Apache starts, as an administrator would. */
  editApache?: (text: string) => string;
  /** Further lines of its `[hubs]`, e.g. `upstreamFromFiles = true`. */
  hubs?: string;
  /** Routes of other hubs, in place of the small one's: hub -> private address. */
  upstream?: Record<string, string>;
  /** CA keys; P-384 and P-256 by default, since four 4096-bit primes take seconds to find. */
  rsaCa?: boolean;
};

export type Portal = {
  dir: string;
  stateDir: string;
  hubsDir: string;
  mapsDir: string;
  caDir: string;
  url: string;
  gateUrl: string;
  canaryUrl: string;
  httpUrl: string;
  rootPem: string;
  hub: HubUpstream;
  apache: Apache | null;
  /** What `hubgate start` has printed so far. */
  output: () => string;
  /** The one-time link that makes the first administrator, as start printed it. */
  firstAdminLink: () => string;
  /** Runs the command line against this instance. */
  hubgate: (args: readonly string[], input?: string) => Promise<Ran>;
  /** Like `hubgate`, must succeed; parses what `--json` printed. */
  hubgateJson: (args: readonly string[]) => Promise<Record<string, unknown>>;
  /** Calls the portal through its front. */
  call: (path: string, options?: Parameters<typeof send>[1]) => Promise<Answer>;
  /** A token for the API. */
  token: (...roles: string[]) => Promise<string>;
  /** Process ids of the children, by name, as the supervisor reports them. */
  processes: () => Promise<Record<string, number>>;
  /** SIGKILL for everything, as a power cut would. */
  kill: () => Promise<void>;
  start: () => Promise<void>;
  stop: () => Promise<void>;
};

/**
 * A real Hubgate in a folder of its own, from the built tree: signer, web and a front, with an
 * evaluation CA and one running hub, `astro`.
 */
export async function startPortal(options: PortalOptions): Promise<Portal> {
  const program = options.program ?? HUBGATE;
  const dir = await mkdtemp(join(tmpdir(), 'hubgate-e2e-'));
  await chmod(dir, 0o755);
  const [http, https, gate] = (await freePorts(3)) as [number, number, number];
  const hub = await startHubUpstream('astro');
  const stateDir = join(dir, 'state');
  const runDir = join(dir, 'run');
  const hubsDir = join(dir, 'hubs');
  const mapsDir = join(dir, 'gate');
  const url = `https://localhost:${https}`;
  const gateUrl = `https://gate.localhost:${gate}`;
  await mkdir(hubsDir);
  await mkdir(runDir);
  if (process.getuid?.() === 0) {
    // Sockets made here belong to Apache's group, as with the group `hubgate` in production.
    await chown(runDir, 0, Number((await mustRun('id', ['-g', 'www-data'])).trim()));
    await chmod(runDir, 0o2750);
  }
  if (options.upstream === undefined) {
    await writeFile(join(hubsDir, 'astro.hub'), `${gateUrl}/astro,Astronomy, with a comma\n`);
  }
  const toml = join(dir, 'hubgate.toml');
  await writeFile(
    toml,
    `stateDir = "${stateDir}"
runDir = "${runDir}"
[site]
url = "${url}"
httpUrl = "http://localhost:${http}"
gateUrl = "${gateUrl}"
canaryUrl = "https://canary.localhost:${https}"
[pki]
${options.rsaCa === true ? '' : 'rootKey = "p-384"\nsigningKey = "p-256"'}
${options.pki ?? ''}
[hubs]
dir = "${hubsDir}"
${options.hubs ?? ''}
[hubs.upstream]
${Object.entries(options.upstream ?? { astro: hub.origin })
  .map(([name, origin]) => `${name} = "${origin}"`)
  .join('\n')}
[gate]
mapsDir = "${mapsDir}"
[front]
embedded = ${options.front === 'embedded'}
${options.toml ?? ''}
`,
  );
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    HOME: dir,
    HUBGATE_CONFIG: toml,
    NODE_ENV: 'production',
    SSH_CONNECTION: '',
  };
  const portalSocket = join(runDir, 'portal.sock');

  let child = null as ChildProcess | null;
  let output = '';
  let apache: Apache | null = null;

  const start = async () => {
    const started = spawn(process.execPath, [program, 'start'], {
      cwd: dir,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    child = started;
    for (const stream of [started.stdout, started.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    }
    await until(
      'Hubgate is ready',
      async () => {
        if (started.exitCode !== null) throw new Error(`hubgate start ended with ${started.exitCode}`);
        if ((await overSocket(portalSocket, '/readyz', new URL(url).host)) !== 200) return false;
        // The embedded front starts behind the web process.
        return options.front !== 'embedded' || (await canConnect(https));
      },
      90,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${output}`);
    });
  };
  const end = async (signal: NodeJS.Signals) => {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null || running.pid === undefined) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    process.kill(signal === 'SIGKILL' ? -running.pid : running.pid, signal);
    await ended;
  };
  const hubgate = (args: readonly string[], input?: string) =>
    run(process.execPath, [program, ...args], { cwd: dir, env, ...(input === undefined ? {} : { input }) });
  const hubgateJson = async (args: readonly string[]) =>
    JSON.parse(await mustRun(process.execPath, [program, ...args, '--json'], { cwd: dir, env })) as Record<
      string,
      unknown
    >;

  await start();
  const caDir = join(stateDir, 'ca');
  const rootPem = await readFile(join(caDir, 'root-ca.pem'), 'utf8');
  if (options.front === 'apache') {
    const bundle = join(dir, 'ca-bundle.pem');
    await writeFile(bundle, (await readFile(join(caDir, 'signing-ca.pem'), 'utf8')) + rootPem);
    apache = await startApache({
      dir: join(dir, 'apache'),
      layout: 'hubgate.conf',
      ...(options.editApache ? { edit: options.editApache } : {}),
      values: {
        HTTP_LISTEN: `127.0.0.1:${http}`,
        HTTP_NAME: 'localhost',
        HTTP_URL: `http://localhost:${http}`,
        PORTAL_LISTEN: `127.0.0.1:${https}`,
        PORTAL_NAME: 'localhost',
        PORTAL_URL: url,
        GATE_LISTEN: `127.0.0.1:${gate}`,
        GATE_NAME: 'gate.localhost',
        CANARY_NAME: 'canary.localhost',
        SERVER_CERT: join(stateDir, 'server', 'server.pem'),
        SERVER_KEY: join(stateDir, 'server', 'server.key'),
        CA_BUNDLE: bundle,
        CRL_FILE: join(dir, 'crls.pem'),
        MAPS_DIR: mapsDir,
        PORTAL_SOCKET: portalSocket,
        OCSP_SOCKET: join(runDir, 'ocsp.sock'),
      },
    });
  }
  return {
    dir,
    stateDir,
    hubsDir,
    mapsDir,
    caDir,
    url,
    gateUrl,
    canaryUrl: `https://canary.localhost:${https}`,
    httpUrl: `http://localhost:${http}`,
    rootPem,
    hub,
    get apache() {
      return apache;
    },
    output: () => output,
    firstAdminLink: () => {
      const link = /https:\/\/\S+#\S+/.exec(output)?.[0];
      if (link === undefined) throw new Error(`no link for the first administrator in:\n${output}`);
      return link;
    },
    hubgate,
    hubgateJson,
    call: (path, rest) => send(`${path.startsWith('http') ? '' : url}${path}`, { ca: rootPem, ...rest }),
    token: async (...roles) => {
      const made = await hubgateJson([
        'token',
        'create',
        '--name',
        `test-${Math.random().toString(36).slice(2, 8)}`,
        ...roles.flatMap((role) => ['--role', role]),
      ]);
      if (typeof made['token'] !== 'string') throw new Error(`no token in ${JSON.stringify(made)}`);
      return made['token'];
    },
    processes: () => childrenOf(child?.pid),
    kill: () => end('SIGKILL'),
    start,
    stop: async () => {
      await apache?.stop();
      await end('SIGTERM');
      await hub.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** The children of a supervisor by the name of their program: signer, web, front, ocsp. */
async function childrenOf(pid: number | undefined): Promise<Record<string, number>> {
  if (pid === undefined) throw new Error('Hubgate is not running');
  const listed = await mustRun('ps', ['-o', 'pid=,args=', '--ppid', String(pid)]);
  const found: Record<string, number> = {};
  for (const line of listed.split('\n')) {
    const [, id, args] = /^\s*(\d+) (.*)$/.exec(line) ?? [];
    if (id === undefined || args === undefined) continue;
    const name = /signer\.mjs/.test(args)
      ? 'signer'
      : /front\.mjs/.test(args)
        ? 'front'
        : /ocsp\.mjs/.test(args)
          ? 'ocsp'
          : /server\.js|next-server/.test(args)
            ? 'web'
            : null;
    if (name !== null) found[name] = Number(id);
  }
  return found;
}

function overSocket(socketPath: string, path: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(
      { socketPath, path, headers: { host, 'x-forwarded-proto': 'https' } },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    call.on('error', reject);
    call.end();
  });
}
