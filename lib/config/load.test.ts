import { mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { HubgateError } from '../errors';
import { loadConfig, parseConfig } from './load';
import { nearestWord } from './nearest';
import { ensureSecrets, readSecrets } from './secrets';
import { lineOfKey } from './toml-lines';

const folder = () => mkdtempSync(join(tmpdir(), 'hubgate-config-'));

function load(text: string, env: Record<string, string> = {}) {
  const cwd = folder();
  writeFileSync(join(cwd, 'hubgate.toml'), text);
  return loadConfig({ env, cwd });
}

function refusal(run: () => unknown): HubgateError {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof HubgateError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was refused');
}

const PROVIDER = '[[signIn.oidc]]\nid = "op"\nlabel = "x"\nissuer = "https://op.example"\nclientId = "c"\n';
const TWICE = `${PROVIDER}${PROVIDER}`;

describe('loadConfig', () => {
  it('takes an empty file, and a byte order mark, as all defaults', () => {
    expect(load('').config.site.url).toBe('https://localhost:8443');
    expect(load('\uFEFF').config.front.embedded).toBe(true);
  });

  it('reads --config before HUBGATE_CONFIG before ./hubgate.toml, and resolves paths from the file', () => {
    const cwd = folder();
    for (const name of ['hubgate.toml', 'env.toml', 'flag.toml']) {
      writeFileSync(join(cwd, name), `stateDir = "./state-${name}"`);
    }
    const env = { HUBGATE_CONFIG: join(cwd, 'env.toml') };
    expect(loadConfig({ env: {}, cwd }).paths.stateDir).toBe(join(cwd, 'state-hubgate.toml'));
    expect(loadConfig({ env, cwd }).paths.stateDir).toBe(join(cwd, 'state-env.toml'));
    expect(loadConfig({ env, cwd, file: 'flag.toml' }).paths.stateDir).toBe(join(cwd, 'state-flag.toml'));
  });

  it('lets HUBGATE_STATE_DIR win over stateDir, and derives the rest from it', () => {
    const { paths } = load('stateDir = "/srv/other"', { HUBGATE_STATE_DIR: '/srv/one' });
    expect(paths).toMatchObject({
      stateDir: '/srv/one',
      mapsDir: '/srv/one-gate',
      portalSocket: '/srv/one/run/portal.sock',
    });
  });

  it('says which file is missing', () => {
    const error = refusal(() => loadConfig({ env: {}, cwd: folder(), file: 'nowhere.toml' }));
    expect(error.code).toBe('config.missing-file');
    expect(error.message).toContain('nowhere.toml does not exist');
  });

  it.each([
    ['[site]\n\nurll = "x"', 'config.unknown-key', ['line 3', 'site.urll', 'Did you mean site.url?']],
    ['statedir = "x"', 'config.unknown-key', ['line 1', 'Did you mean stateDir?']],
    ['[hub]\ndir = "/x"', 'config.unknown-key', ['line 1', 'hub is not a key', 'Did you mean hubs?']],
    ['[mail]\nport = 99999', 'config.value', ['line 2', 'mail.port = 99999', '<=65535']],
    ['[mail]\n# port\nport = "25"', 'config.value', ['line 3', 'mail.port = "25"', 'number']],
    ['[mail]\ntransport = "pigeon"', 'config.value', ['line 2', '"pigeon"', '"smtp"']],
    ['[site]\nurl = "http://x"', 'config.value', ['line 2', 'site.url', 'https://']],
    ['[site]\nurl = "https://x/"', 'config.value', ['line 2', 'closing slash']],
    ['[site]\nlanguages = ["xx"]', 'config.value', ['line 2', 'site.languages', '"en"']],
    ['[approval]\ncount = 3', 'config.value', ['approval.count = 3', '<=2']],
    ['[pki]\naccountPattern = "("', 'config.value', ['line 2', 'regular expression']],
    ['[pki]\ndn = "Peñalolén"', 'config.value', ['ASCII']],
    ['site.url = ', 'config.syntax', ['line 1', 'column']],
    ['[site\nurl = 1', 'config.syntax', ['line']],
    ['a = 1\na = 2', 'config.syntax', ['line 2']],
  ])('explains %j', (text, code, words) => {
    const error = refusal(() => load(text));
    expect(error.code).toBe(code);
    for (const word of words) expect(error.message).toContain(word);
  });

  it.each([
    ['[site]\ncanaryUrl = "https://localhost:9443"', 'site.canaryUrl'],
    ['[site]\ngateUrl = "https://localhost:9444"', 'site.gateUrl'],
    ['[site]\ngateUrl = "https://gate.localhost:8443"', 'site.gateUrl'],
    ['[site]\nhttpUrl = "http://localhost:8443"', 'site.httpUrl'],
    ['[site]\ncanaryUrl = "https://canary.localhost:8444"', 'site.canaryUrl'],
    ['[pki]\nrootYears = 5', 'pki.signingYears'],
    ['[database]\nurl = "mysql://x"', 'database.url'],
    ['[database]\nurl = "postgresql://u:secret@h/d"', 'database.url'],
    ['[database]\nurl = "postgresql://u:secret@/d?host=/run/postgresql"', 'database.url'],
    ['[mail]\ntransport = "smtp"', 'mail.from'],
    ['[mail]\ntransport = "smtp"\nfrom = "a@b.cl"\nuser = "a"', 'mail.passwordFile'],
    ['[accounts]\nsource = "ldap"', 'accounts.ldap.url'],
    ['[requests]\naccountFrom = "ldap"', 'requests.accountFrom'],
    ['[requests]\naccountFrom = "ldap"\n[accounts]\nsource = "getent"', 'requests.accountFrom'],
    ['[accounts]\nsource = "ldap"\n[accounts.ldap]\nurl = "http://x"', 'accounts.ldap.url'],
    [
      '[accounts]\nsource = "ldap"\n[accounts.ldap]\nurl = "ldap://x"\nbase = "o=x"',
      'accounts.ldap.startTls',
    ],
    [
      '[accounts]\nsource = "ldap"\n[accounts.ldap]\nurl = "ldaps://x"\nbase = "o=x"\nstartTls = true',
      'accounts.ldap.startTls',
    ],
    ['[accounts]\nsource = "ldap"\n[accounts.ldap]\nurl = "ldaps://x"', 'accounts.ldap.base'],
    [
      '[accounts]\nsource = "ldap"\n[accounts.ldap]\nurl = "ldaps://x"\nbase = "o=x"\nbindDn = "cn=x"',
      'accounts.ldap.passwordFile',
    ],
    ['[signIn]\nlocal = false', 'signIn.local'],
    [TWICE, 'signIn.oidc'],
    ['[hubs.upstream]\nastro = "http://8.8.8.8:80"', 'hubs.upstream.astro'],
    [`runDir = "/${'r'.repeat(100)}"`, 'runDir'],
  ])('refuses the impossible combination %j', (text, key) => {
    const error = refusal(() => load(text));
    expect(error).toMatchObject({ code: 'config.value', field: key });
    expect(error.message).toContain(key);
    expect(error.message).not.toContain('secret@');
  });

  it('allows one port for both names behind Apache, and one name for everything', () => {
    const names =
      'url = "https://a.org"\ngateUrl = "https://g.org"\ncanaryUrl = "https://c.org"\nhttpUrl = "http://a.org"';
    expect(load(`[site]\n${names}\n[front]\nembedded = false`).config.site.gateUrl).toBe('https://g.org');
    const one = '[site]\ngateUrl = "https://localhost:8443"\ncanaryUrl = "https://canary.localhost:8445"';
    expect(load(one).config.site.gateUrl).toBe('https://localhost:8443');
  });

  it('answers any text with a configuration or a refusal, never with another error', () => {
    const lines = fc.array(
      fc.oneof(
        fc.string(),
        fc.constantFrom('[site]', 'url = 1', '"a.b" = """', '[[x]]', '__proto__ = 1', '[hubs.upstream]'),
      ),
    );
    fc.assert(
      fc.property(lines, (parts) => {
        const text = parts.join('\n');
        try {
          parseConfig(text, 'f');
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(HubgateError);
        }
        lineOfKey(text, ['site', 'url']);
      }),
      { numRuns: 300 },
    );
  });
});

describe('lineOfKey', () => {
  it.each([
    ['a = 1\n[site]\nurl = 2', ['site', 'url'], 3],
    ['site.url = 1', ['site', 'url'], 1],
    ['[hubs]\n[hubs.upstream]\n"astro" = 1', ['hubs', 'upstream', 'astro'], 3],
    ['x = """\n[site]\nurl = 1\n"""\n[site]\nurl = 2', ['site', 'url'], 6],
    ['[site]\nname = "x"', ['site', 'url'], 1],
    ['[mail]\nurl = 1', ['site', 'url'], null],
  ])('in %j finds %j on line %s', (text, path, line) => {
    expect(lineOfKey(text, path)).toBe(line);
  });
});

it('proposes near words only', () => {
  expect(nearestWord('gateurl', ['url', 'gateUrl', 'httpUrl'])).toBe('gateUrl');
  expect(nearestWord('quux', ['url', 'gateUrl', 'httpUrl'])).toBeNull();
});

describe('secrets', () => {
  it('are made once, for the owner only, and stay', () => {
    const { paths } = loadConfig({ env: { HUBGATE_STATE_DIR: join(folder(), 'var') }, cwd: folder() });
    const first = ensureSecrets(paths);
    expect(ensureSecrets(paths)).toEqual(first);
    expect(readSecrets(paths)).toEqual(first);
    expect(new Set(Object.values(first)).size).toBe(4);
    expect(statSync(join(paths.secretsDir, 'front')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(paths.secretsDir, 'front'), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
  });

  it('are refused when missing or damaged, by name and without their content', () => {
    const { paths } = loadConfig({ env: { HUBGATE_STATE_DIR: join(folder(), 'var') }, cwd: folder() });
    expect(refusal(() => readSecrets(paths)).code).toBe('config.missing-file');
    mkdirSync(paths.secretsDir, { recursive: true });
    writeFileSync(join(paths.secretsDir, 'front'), 'half-a-secret');
    expect(refusal(() => readSecrets(paths)).message).not.toContain('half-a-secret');
  });
});
