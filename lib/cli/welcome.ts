import { hostname, userInfo } from 'node:os';

import { portOf } from '../config/combinations';
import type { LoadedConfig } from '../config/load';
import type { Prepared } from './prepare';

/** What is said once everything runs: http address first, since nobody trusts the CA yet. */
export function welcome(input: {
  loaded: LoadedConfig;
  prepared: Prepared & { ok: true };
  logFile: string;
  env: Readonly<Record<string, string | undefined>>;
}): { facts: Record<string, unknown>; text: string } {
  const { loaded, prepared, logFile, env } = input;
  const { site } = loaded.config;
  const tunnel = sshLine(loaded, env);
  const lines = [
    '',
    `  1. Install the CA        ${site.httpUrl}/ca`,
    `  2. The portal            ${site.url}`,
    ...(prepared.adminLink === null
      ? []
      : [
          `  3. First administrator   ${prepared.adminLink}`,
          '                           (works once, within a day)',
        ]),
    '',
    `  State lies in ${loaded.paths.stateDir}; the log is ${logFile}.`,
    ...(loaded.file === null ? [] : [`  Configuration: ${loaded.file}`]),
    ...(prepared.evaluation
      ? [
          '  This is an EVALUATION CA: its key unlocks by itself. Give its certificates to nobody who',
          '  must rely on them. How to make a real one: docs/administrator.md',
        ]
      : []),
    ...(tunnel === null
      ? []
      : ['', '  You came by SSH. To reach it from your own machine, run there:', `  ${tunnel}`]),
    '',
    '  Ctrl-C stops everything.',
  ];
  return {
    facts: {
      httpUrl: site.httpUrl,
      url: site.url,
      gateUrl: site.gateUrl,
      firstAdministrator: prepared.adminLink,
      stateDir: loaded.paths.stateDir,
      configuration: loaded.file,
      evaluation: prepared.evaluation,
      log: logFile,
      ...(tunnel === null ? {} : { sshTunnel: tunnel }),
    },
    text: lines.join('\n'),
  };
}

/** The `ssh -L` line for all ports, or null on a local terminal. SSH_CONNECTION: client, port, server, port. */
function sshLine({ config }: LoadedConfig, env: Readonly<Record<string, string | undefined>>): string | null {
  const connection = env['SSH_CONNECTION']?.split(' ');
  if (connection === undefined || connection.length < 4) return null;
  const { httpUrl, url, gateUrl, canaryUrl } = config.site;
  const ports = [...new Set([httpUrl, url, gateUrl, canaryUrl].map(portOf))];
  const server = connection[2] ?? hostname();
  const port = connection[3] === '22' ? '' : ` -p ${connection[3]}`;
  return `ssh${port} ${ports.map((each) => `-L ${each}:127.0.0.1:${each}`).join(' ')} ${loginName(env)}@${server}`;
}

function loginName(env: Readonly<Record<string, string | undefined>>): string {
  try {
    return userInfo().username;
  } catch {
    return env['USER'] ?? 'you'; // no passwd entry, as in many containers
  }
}
