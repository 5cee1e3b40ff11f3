import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { send } from './https-client';
import { freePorts, until } from './ports';
import { mustRun } from './run';

/** Of the accounts of the dummy authenticator; the certificate is the door, this is the second one. */
export const HUB_PASSWORD = 'lab';

const SNIPPET = join(import.meta.dirname, '..', '..', 'deploy', 'jupyterhub', 'hubgate_login.py');

export type JupyterHub = {
  /** First segment of its address. */
  name: string;
  /** Private address of its proxy. */
  origin: string;
  /** Private address of the hub process itself, behind its proxy. */
  hubOrigin: string;
  log: () => Promise<string>;
  /** The unit's ExecStart and then, as ExecStartPost, the line that registers it. */
  start: () => Promise<void>;
  /** SIGKILL for the hub's process; its proxy and the notebooks stay. The registration file stays too. */
  kill: () => Promise<void>;
  stop: () => Promise<void>;
};

/**
 * A real JupyterHub of the system below /<name>/, with the dummy authenticator bound to certificates by
 * deploy/jupyterhub, notebooks started as this user, and all that it writes in a folder of its own.
 *
 * @param input.register the shell line of ExecStartPost
 * @param input.python   further lines of jupyterhub_config.py, before the snippet
 */
export async function layOutJupyterHub(input: {
  dir: string;
  name: string;
  accounts: readonly string[];
  register: (hub: { origin: string }) => string;
  python?: string;
}): Promise<JupyterHub> {
  const { name, accounts } = input;
  const dir = join(input.dir, `jupyterhub-${name}`);
  const [port, hubPort, apiPort] = (await freePorts(3)) as [number, number, number];
  const origin = `http://127.0.0.1:${port}`;
  const hubOrigin = `http://127.0.0.1:${hubPort}`;
  for (const account of accounts) await mkdir(join(dir, 'home', account), { recursive: true });
  const config = join(dir, 'jupyterhub_config.py');
  await writeFile(
    config,
    `c = get_config()
c.JupyterHub.bind_url = '${origin}/${name}/'
c.JupyterHub.hub_bind_url = '${hubOrigin}'
c.ConfigurableHTTPProxy.api_url = 'http://127.0.0.1:${apiPort}'
c.ConfigurableHTTPProxy.auth_token = '${name}-${port}-of-a-test'
c.JupyterHub.db_url = 'sqlite:///${dir}/jupyterhub.sqlite'
c.JupyterHub.authenticator_class = 'dummy'
c.DummyAuthenticator.password = '${HUB_PASSWORD}'
c.Authenticator.allowed_users = {${accounts.map((account) => `'${account}'`).join(', ')}}
# Notebooks run as who runs the tests, which may be root: this spawner changes no user.
c.JupyterHub.spawner_class = 'simple'
c.SimpleLocalProcessSpawner.home_dir_template = '${dir}/home/{username}'
c.Spawner.args = ['--allow-root']
c.Spawner.http_timeout = 90
c.Spawner.start_timeout = 90
${input.python ?? ''}
exec(open('${SNIPPET}').read())
`,
  );
  const logFile = join(dir, 'jupyterhub.log');
  let child: ChildProcess | null = null;

  const end = async (signal: NodeJS.Signals) => {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill(signal);
    await ended;
  };
  return {
    name,
    origin,
    hubOrigin,
    log: () => readFile(logFile, 'utf8'),
    start: async () => {
      const started = spawn('jupyterhub', ['-f', config, `--log-file=${logFile}`], {
        cwd: dir,
        stdio: 'ignore',
        env: {
          PATH: '/usr/local/bin:/usr/bin:/bin',
          HOME: dir,
          LANG: 'C.UTF-8',
          NODE_ENV: 'production',
          // Where node is not Debian's own, its modules are not looked for where Debian puts them.
          NODE_PATH: '/usr/share/nodejs',
        },
      });
      child = started;
      // Type=simple: the unit counts as started, and registers, before the hub answers.
      await mustRun('bash', ['-c', input.register({ origin })]);
      await until(
        `JupyterHub ${name}`,
        async () => {
          if (started.exitCode !== null) throw new Error(`jupyterhub ended with ${started.exitCode}`);
          return (await send(`${origin}/${name}/hub/health`)).status === 200;
        },
        60,
      ).catch(async (error: unknown) => {
        throw new Error(`${String(error)}\n${await readFile(logFile, 'utf8').catch(() => '')}`);
      });
    },
    kill: () => end('SIGKILL'),
    stop: async () => {
      await end('SIGTERM');
      // Of a hub that was killed the proxy and the notebooks live on.
      await endAllIn(dir);
    },
  };
}

/** SIGKILL for whatever works in a folder of this test, and so is nobody else's. */
async function endAllIn(dir: string): Promise<void> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '');
    if (cwd !== dir && !cwd.startsWith(`${dir}/`)) continue;
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It ended by itself meanwhile.
    }
  }
}
