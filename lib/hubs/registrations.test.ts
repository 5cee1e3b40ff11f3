import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseConfig } from '../config/load';
import { knownHubs } from './known-hubs';
import { parseRegistration, routeOf } from './parse-registration';
import { readRegistrations } from './read-registrations';

const parse = (text: string, file = 'astro.hub') => parseRegistration(file, Buffer.from(text), 0);
const GATE = 'https://gate.localhost:8444';
const URL_A = 'https://gate.localhost:8444/astro';

describe('parseRegistration', () => {
  it.each([
    ['one line', `${URL_A},Astronomy, with commas\n`],
    ['no newline at the end', `${URL_A},Astronomy, with commas`],
    ['CRLF', `${URL_A},Astronomy, with commas\r\n`],
    ['a byte order mark', `\uFEFF${URL_A},Astronomy, with commas\n`],
    ['blanks around', `\n  ${URL_A} , Astronomy, with commas  \n\n`],
    ['the same line twice', `${URL_A},Astronomy, with commas\n${URL_A},Astronomy, with commas\n`],
    ['an older description first', `${URL_A},old\n${URL_A},Astronomy, with commas\n`],
    ['a comment', `# made by the unit\n${URL_A},Astronomy, with commas\n`],
  ])('reads %s', (_what, text) => {
    const { hubs, problems } = parse(text);
    expect(hubs).toMatchObject([{ name: 'astro', url: URL_A, description: 'Astronomy, with commas' }]);
    expect(problems).toEqual([]);
  });

  it('numbers the further hubs of a file', () => {
    const { hubs } = parse(`${URL_A},One\nhttps://h/luna,Two\nhttps://h/sol,Three\n`);
    expect(hubs.map(({ name }) => name)).toEqual(['astro', 'astro-2', 'astro-3']);
  });

  it.each([
    ['javascript:alert(1),x', 'not-http', 1],
    ['\nfile:///etc/passwd,x', 'not-http', 2],
    ['data:text/html;base64;x,y', 'not-http', 1],
    ['//host/path,x', 'not-a-url', 1],
    ['just words', 'not-a-url', 1],
    ['https://user:secret@host/a,x', 'credentials', 1],
    [`https://h/${'x'.repeat(3000)},d`, 'line-too-long', 1],
    ['', 'empty', 0],
    ['\n\n', 'empty', 0],
  ])('shows %j as a problem and never links it', (text, code, line) => {
    const { hubs, problems } = parse(text);
    expect(hubs).toEqual([]);
    expect(problems).toMatchObject([{ code, line, file: 'astro.hub' }]);
  });

  it('keeps a hub without a description, and says so', () => {
    for (const text of [URL_A, `${URL_A},`, `${URL_A},  `]) {
      expect(parse(text)).toMatchObject({
        hubs: [{ url: URL_A, description: '' }],
        problems: [{ code: 'no-description', line: 1 }],
      });
    }
  });

  it('takes control characters and turned writing out of descriptions, and replaces what is not UTF-8', () => {
    expect(parse(`${URL_A},a\u0007b\u202Ec\u200B`).hubs[0]?.description).toBe('a b c');
    const bytes = Buffer.concat([Buffer.from(`${URL_A},Jos`), Buffer.from([0xe9, 0x0a])]);
    expect(parseRegistration('astro.hub', bytes, 0)).toMatchObject({
      hubs: [{ description: 'Jos�' }],
      problems: [{ code: 'not-utf-8' }],
    });
  });

  it('refuses names of files that are no names', () => {
    expect(parse(`${URL_A},x`, '<b>.hub').problems).toMatchObject([{ code: 'bad-name' }]);
    expect(parse(`${URL_A},x`, `${'x'.repeat(99)}.hub`).hubs).toEqual([]);
  });

  it('survives any bytes, and gives http addresses without control characters only', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom(URL_A, `${URL_A},d`, 'upstream: http://127.0.0.1:1', ',', 'http:,', 'HTTP://[::1]/,'),
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 500 }),
      fc.array(line).map((lines) => Buffer.from(lines.join('\n'))),
    );
    fc.assert(
      fc.property(bytes, (input) => {
        const { hubs, problems } = parseRegistration('astro.hub', input, 0);
        expect(new Set(hubs.map(({ url }) => url)).size).toBe(hubs.length);
        for (const { url, description } of hubs) {
          expect(new URL(url).protocol).toMatch(/^https?:$/);
          expect(`${url}${description}`).not.toMatch(/[\p{Cc}\p{Cf}]/u);
          routeOf(url);
        }
        for (const { text } of problems) expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }),
      { numRuns: 500 },
    );
  });
});

describe('readRegistrations', () => {
  const folder = () => mkdtempSync(join(tmpdir(), 'hg-hubs-'));

  it('reads *.hub in the order of names, and nothing else', async () => {
    const dir = folder();
    writeFileSync(join(dir, 'b.hub'), 'https://h/b,B');
    writeFileSync(join(dir, 'a.hub'), 'https://h/a,A');
    writeFileSync(join(dir, 'c.hub~'), 'https://h/c,C');
    writeFileSync(join(dir, '.d.hub'), 'https://h/d,D');
    expect((await readRegistrations(dir)).hubs.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('names what it cannot read, and goes on', async () => {
    const dir = folder();
    const secret = join(folder(), 'secret');
    writeFileSync(secret, 'https://h/secret,S');
    symlinkSync(secret, join(dir, 'outside.hub'));
    symlinkSync(join(dir, 'gone'), join(dir, 'dangling.hub'));
    mkdirSync(join(dir, 'folder.hub'));
    execFileSync('mkfifo', [join(dir, 'pipe.hub')]);
    writeFileSync(join(dir, 'huge.hub'), 'x'.repeat(70_000));
    writeFileSync(join(dir, 'ok.hub'), 'https://h/ok,OK');
    symlinkSync(join(dir, 'ok.hub'), join(dir, 'inside.hub'));
    const { hubs, problems } = await readRegistrations(dir);
    expect(hubs.map(({ name }) => name)).toEqual(['inside', 'ok']);
    expect(problems.map(({ file, code }) => [file, code])).toEqual([
      ['folder.hub', 'not-a-file'],
      ['huge.hub', 'too-large'],
      ['outside.hub', 'outside-folder'],
      ['pipe.hub', 'not-a-file'],
    ]);
  });

  it('names a file that cannot be opened', async () => {
    const dir = folder();
    // Modes mean nothing to root; a link that leads to itself cannot be opened by anybody.
    symlinkSync(join(dir, 'a.hub'), join(dir, 'a.hub'));
    expect((await readRegistrations(dir)).problems).toMatchObject([{ code: 'unreadable', text: 'ELOOP' }]);
  });

  it('says that the folder is not there', async () => {
    const dir = folder();
    rmSync(dir, { recursive: true });
    expect((await readRegistrations(dir)).problems).toMatchObject([
      { code: 'folder-unreadable', text: 'ENOENT' },
    ]);
  });
});

describe('knownHubs', () => {
  const from = (text: string) => parse(text).hubs;
  const config = (text: string) => parseConfig(text, 'test');

  it('routes by the first path segment of the public address', () => {
    const upstream = '[hubs.upstream]\nastro = "http://127.0.0.1:8000"';
    const { hubs } = knownHubs(
      from(`${GATE}/astro/x,A\n${GATE}/,B\n${GATE}/Astro,C\n${GATE}/luna,D`),
      config(upstream),
    );
    expect(hubs.map(({ route, upstream: to }) => [route, to])).toEqual([
      ['astro', 'http://127.0.0.1:8000'],
      [null, null],
      [null, null],
      ['luna', null],
    ]);
  });

  it.each([
    [false, 'http://127.0.0.1:8000', null],
    [true, 'http://127.0.0.1:8000', 'http://127.0.0.1:8000'],
    [true, 'http://[::1]:8000', 'http://[::1]:8000'],
    [true, 'http://10.0.0.5:8000', null],
    [true, 'http://10.0.0.9:8000', 'http://10.0.0.9:8000'],
    [true, 'http://169.254.169.254:80', null],
    [true, 'http://127.0.0.1:8000/path', null],
    [true, 'http://127.0.0.1:8000@evil.example', null],
  ])('with upstreamFromFiles %s takes %s as %s', (allowed, claimed, taken) => {
    const settings = config(
      `[hubs]\nupstreamFromFiles = ${allowed}\n[hubs.upstream]\nother = "http://10.0.0.9:8000"`,
    );
    const { hubs, problems } = knownHubs(from(`${GATE}/astro,A\nupstream: ${claimed}`), settings);
    expect(hubs[0]?.upstream).toBe(taken);
    expect(problems.map(({ code }) => code)).toEqual(taken === null ? ['upstream-refused'] : []);
  });

  it.each(['auth', 'api', 'ca', 'certs', 'status', 'admin', 'sign-in'])(
    'gives no hub the path /%s of the portal itself, whoever claims it',
    (segment) => {
      const settings = config(
        `[hubs]\nupstreamFromFiles = true\n[hubs.upstream]\n${segment} = "http://127.0.0.1:2"`,
      );
      const { hubs, problems } = knownHubs(
        from(`${GATE}/${segment}/x,A\nupstream: http://127.0.0.1:1`),
        settings,
      );
      expect(hubs.map(({ route, upstream }) => [route, upstream])).toEqual([[null, null]]);
      expect(problems).toMatchObject([{ code: 'route-taken', text: segment }]);
    },
  );

  it.each(['https://evil.example/astro', 'https://gate.localhost/astro', 'http://gate.localhost:8444/astro'])(
    'never routes %s, which is not at the gate, nor lets it pass for the hub that is',
    (address) => {
      const settings = config(
        '[hubs]\nupstreamFromFiles = true\n[hubs.upstream]\nastro = "http://127.0.0.1:2"',
      );
      const { hubs } = knownHubs(from(`${address},Astronomy\nupstream: http://127.0.0.1:1`), settings);
      expect(hubs).toMatchObject([{ url: address, route: null, upstream: null }]);
    },
  );

  it('gives a route to the first of two that claim it', () => {
    const settings = config('[hubs]\nupstreamFromFiles = true');
    const two = [
      ...parse(`${GATE}/astro,A\nupstream: http://127.0.0.1:1`, 'a.hub').hubs,
      ...parse(`${GATE}/astro/,B\nupstream: http://127.0.0.1:2`, 'b.hub').hubs,
    ];
    const { hubs, problems } = knownHubs(two, settings);
    expect(hubs.map(({ upstream }) => upstream)).toEqual(['http://127.0.0.1:1', null]);
    expect(problems).toMatchObject([{ code: 'route-taken', file: 'b.hub' }]);
  });
});
