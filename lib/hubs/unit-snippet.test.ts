import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { readRegistrations } from './read-registrations';

const ROOT = join(import.meta.dirname, '..', '..');
const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** The lines of a unit, run as systemd runs them (systemd.service(5), "Command lines"). */
function unit(text: string, values: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'hg-unit-'));
  folders.push(folder);
  const env: NodeJS.ProcessEnv = { NODE_ENV: 'test', PATH: process.env['PATH'] };
  for (const [, quoted = ''] of text.matchAll(/^Environment="([^"]*)"$/gm)) {
    const at = quoted.indexOf('=');
    env[quoted.slice(0, at)] = quoted.slice(at + 1);
  }
  Object.assign(env, values);
  if (env['HUBS_DIR'] !== undefined) env['HUBS_DIR'] = folder;
  const run = (key: string) => {
    const line = new RegExp(`^${key}=(.*)$`, 'm')
      .exec(text)?.[1]
      ?.replaceAll('/var/www/html/ws/hubs', folder);
    if (line === undefined) throw new Error(`no ${key} in\n${text}`);
    const [program = '', ...args] = words(line, env);
    execFileSync(program, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  };
  return { folder, start: () => run('ExecStartPost'), stop: () => run('ExecStopPost') };
}

/** Splits at blanks outside quotes; `\\` and `\"` are escapes, `${X}` and a lone `$X` values, `$$` and `%%` signs. */
function words(line: string, env: Record<string, string | undefined>): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(\S+)/g)].map(
    ([, double, single, bare]) =>
      (double ?? single ?? bare ?? '')
        .replace(/\\(["'\\])/g, '$1')
        .replaceAll('%%', '%')
        .replace(/\$\$|\$\{(\w+)\}|^\$(\w+)$/g, (found: string, braced?: string, alone?: string) =>
          found === '$$' ? '$' : (env[braced ?? alone ?? ''] ?? ''),
        ),
  );
}

const SNIPPET = readFileSync(join(ROOT, 'deploy', 'systemd', 'hub-registration.conf'), 'utf8');
const GUIDE = readFileSync(join(ROOT, 'docs', 'hub-operator.md'), 'utf8');
const ORIGINAL =
  GUIDE.split('```ini\n')
    .map((part) => part.split('```')[0] ?? '')
    .find((part) => part.includes('>>')) ?? '';
const VALUES = { URL: 'https://gate.example.org/astro', DESCRIPTION: `A "B" 'C' $HOME \`id\` \\n 100 %s, ñ` };

describe('the snippet for a unit', () => {
  it('writes a file that the portal understands whole, whatever the description is', async () => {
    const { folder, start } = unit(SNIPPET, VALUES);
    start();
    expect(await readRegistrations(folder)).toMatchObject({
      hubs: [
        {
          name: 'astro',
          url: VALUES.URL,
          description: VALUES.DESCRIPTION,
          details: { contact: 'astro-help@example.org' },
        },
      ],
      problems: [],
    });
    expect(readdirSync(folder)).toEqual(['astro.hub']);
  });

  it('writes the same on every start, and leaves nothing when it stops', () => {
    const { folder, start, stop } = unit(SNIPPET, VALUES);
    start();
    const first = readFileSync(join(folder, 'astro.hub'), 'utf8');
    start();
    expect(readFileSync(join(folder, 'astro.hub'), 'utf8')).toBe(first);
    stop();
    expect(readdirSync(folder)).toEqual([]);
    stop(); // a unit that failed before it had registered
  });

  it('puts the file into its place in one step: a reader sees the old one or the new one', () => {
    const { folder, start } = unit(SNIPPET, VALUES);
    const line = words(/^ExecStartPost=(.*)$/m.exec(SNIPPET)?.[1] ?? '', {})[2] ?? '';
    const [, written, moved] =
      /> "\$HUBS_DIR\/(\S+)" && mv -f "\$HUBS_DIR\/\1" "\$HUBS_DIR\/(\S+)"$/.exec(line) ?? [];
    expect([written, moved]).toEqual(['.$HUB.new', '$HUB.hub']); // hidden, same folder: rename(2)
    start();
    expect(readdirSync(folder)).toEqual(['astro.hub']);
  });
});

it('stands in the guide as it stands in the file', () => {
  const lines = SNIPPET.match(/^Exec.*$/gm) ?? [];
  expect(lines).toHaveLength(2);
  expect(GUIDE).toContain(lines.join('\n'));
});

describe('the original form with >>', () => {
  it('shows one hub, however often the unit was started after crashes', async () => {
    const { folder, start, stop } = unit(ORIGINAL, VALUES);
    for (let times = 0; times < 3; times += 1) start();
    expect(readFileSync(join(folder, 'astro.hub'), 'utf8').split('\n')).toHaveLength(4);
    expect((await readRegistrations(folder)).hubs).toMatchObject([
      { name: 'astro', description: VALUES.DESCRIPTION },
    ]);
    stop();
    expect(readdirSync(folder)).toEqual([]);
  });
});
