import { join } from 'node:path';

import type { Portal } from './portal';
import { run } from './run';

export type CurlAnswer = {
  status: number;
  body: string;
  json: () => Record<string, unknown>;
  contentType: string;
};

/**
 * The real curl, as a power user runs it: trusts the centre's root only; the *.localhost names, which
 * old versions do not know, are told by --resolve. Throws when there is no HTTP answer at all.
 */
export async function curl(
  portal: Pick<Portal, 'url' | 'caDir'>,
  url: string,
  ...args: string[]
): Promise<CurlAnswer> {
  const target = url.startsWith('/') ? `${portal.url}${url}` : url;
  const { hostname, port } = new URL(target);
  const ran = await run('curl', [
    '--silent',
    '--show-error',
    '--max-time',
    '60',
    '--cacert',
    join(portal.caDir, 'root-ca.pem'),
    '--resolve',
    `${hostname}:${port}:127.0.0.1`,
    '--write-out',
    '\n%{http_code} %{content_type}',
    ...args,
    target,
  ]);
  if (ran.code !== 0) throw new Error(`curl ${ran.code}: ${ran.stderr.trim()}`);
  const cut = ran.stdout.lastIndexOf('\n');
  const [status = '', ...type] = ran.stdout.slice(cut + 1).split(' ');
  const body = ran.stdout.slice(0, cut);
  return {
    status: Number(status),
    body,
    contentType: type.join(' '),
    json: () => {
      try {
        return JSON.parse(body) as Record<string, unknown>;
      } catch {
        throw new Error(`${target} answered ${status} ${type.join(' ')}: ${body.slice(0, 500)}`);
      }
    },
  };
}

export const bearer = (token: string): string[] => ['--header', `Authorization: Bearer ${token}`];

export const jsonBody = (value: unknown): string[] => [
  '--header',
  'Content-Type: application/json',
  '--data-binary',
  JSON.stringify(value),
];
