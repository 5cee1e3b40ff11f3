import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { parseConfig } from '../config/load';
import { runCli } from '../testing/run-cli';
import { explainRegistration } from './explain-registration';

const GATE = 'https://gate.localhost:8444';
const CONFIG = `[hubs]\nupstreamFromFiles = true\n[hubs.upstream]\nastro = "http://127.0.0.1:1"`;

let base: string;
let hubsDir: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'hg-explain-'));
  hubsDir = join(base, 'hubs');
  mkdirSync(hubsDir);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function put(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  utimesSync(file, new Date(Date.now() - 3_600_000), new Date(Date.now() - 3_600_000));
  return file;
}
const explain = (file: string) =>
  explainRegistration(
    { config: parseConfig(CONFIG, 'test'), paths: { hubsDir, caDir: base } },
    { file, now: Date.now },
  );

describe('explainRegistration', () => {
  it.each([
    [`${GATE}/astro,A`, { routed: true, route: 'astro', upstream: 'http://127.0.0.1:1' }],
    [`${GATE}/luna,L`, { routed: false, because: 'no-upstream', route: 'luna' }],
    [`${GATE}/,G`, { routed: false, because: 'no-path', route: null }],
    [`${GATE}/admin,X`, { routed: false, because: 'path-taken', route: null }],
    [
      `${GATE}/taken,T\nupstream: http://127.0.0.1:2`,
      { routed: false, because: 'path-taken', route: 'taken' },
    ],
    ['https://elsewhere.example/astro,E', { routed: false, because: 'other-origin', route: null }],
  ])('says of %j whether it is routed, and why not', async (text, routing) => {
    put(hubsDir, 'a.hub', `${GATE}/taken,first\nupstream: http://127.0.0.1:3\n`);
    const { hubs, inFolder } = await explain(put(hubsDir, 'b.hub', `${text}\n`));
    expect(inFolder).toBe(true);
    expect(hubs.map((one) => one.routing)).toEqual([routing]);
  });

  it('judges a file that is elsewhere as if it were put into the folder', async () => {
    put(hubsDir, 'b.hub', `${GATE}/astro,there\n`);
    put(hubsDir, 'c.hub', `${GATE}/x,X\nnonsense\n`);
    const found = await explain(
      put(base, 'astro.hub', `${GATE}/astro/,A\nupstream: http://127.0.0.1:9\nspeed: 3\n`),
    );
    expect(found.inFolder).toBe(false);
    expect(found.problems).toMatchObject([{ code: 'unknown-key', line: 3, file: 'astro.hub' }]);
    expect(found.hubs.map(({ hub }) => hub.name)).toEqual(['astro']);
  });

  it('says where its health is asked, and what came of it', async () => {
    const { hubs } = await explain(
      put(
        hubsDir,
        'x.hub',
        `${GATE}/astro,A\nprobe: http://169.254.169.254/x\nhttps://elsewhere.invalid/e,E\n`,
      ),
    );
    expect(hubs.map(({ probes, health }) => [probes, health.state, health.why])).toEqual([
      [
        [
          { base: 'http://169.254.169.254/x', verdict: 'not-allowed' },
          { base: 'http://127.0.0.1:1/astro', verdict: 'asked' },
        ],
        'down',
        'refused',
      ],
      [[{ base: 'https://elsewhere.invalid/e', verdict: 'no-address' }], 'down', 'refused'],
    ]);
  });

  it.each([
    ['astro.hub', 'unreadable'],
    ['astro.txt', 'bad-name'],
  ])('names a file that cannot be read: %s', async (name, code) => {
    expect((await explain(join(hubsDir, name))).problems).toMatchObject([{ code }]);
  });
});

describe('hubgate hubs check FILE', () => {
  it('explains the file in words or as JSON, and fails when something is wrong', async () => {
    const toml = join(base, 'hubgate.toml');
    writeFileSync(
      toml,
      `stateDir = "${base}/state"\n${CONFIG.replace('[hubs]', `[hubs]\ndir = "${hubsDir}"`)}`,
    );
    const good = put(hubsDir, 'astro.hub', `${GATE}/astro,A\ncontact: Ana\n`);
    const said = await runCli(toml, ['hubs', 'check', good]);
    expect(said.code).toBe(0);
    expect(said.out).toMatch(/routed\s+yes: \/astro at the gate leads to http:\/\/127\.0\.0\.1:1/);
    expect(said.out).toMatch(/state\s+down: nobody listens at its address/);
    expect(said.out).toMatch(/contact\s+Ana/);
    const bad = put(hubsDir, 'luna.hub', `${GATE}/luna,L\ncolour: red\n`);
    const json = await runCli(toml, ['hubs', 'check', bad, '--json']);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({
      ok: false,
      hubs: [{ name: 'luna', routed: false, because: 'no-upstream' }],
      problems: [{ code: 'unknown-key', line: 2, text: 'colour: red' }],
    });
  });
});
