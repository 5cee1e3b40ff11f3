import { createPrivateKey, createPublicKey } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { loadConfig } from '../config/load';
import { signerFiles } from '../signer/ca-files';
import { moveRootKey, renewRootCrl } from '../signer/root-key';
import { startSigner } from '../signer/start-signer';
import { openTestThread } from '../testing/signer';
import { runCli } from '../testing/run-cli';
import { parseCertificate, isIssuedBy } from '../x509/certificate';
import { isCrlSignedBy, parseCrl } from '../x509/crl';
import { createEvaluationCa } from './evaluation-ca';
import { readAnswers } from './init-answers';
import { askAnswers } from './init-ask';
import { apacheFile, renderApacheVhost } from './init-vhost';
import { openTerminal } from './terminal';

const ROOT_PHRASE = 'Root phrase of four good words';
const SIGNING_PHRASE = 'zebra-violin-harbour-Quiet 7';

let folder: string;
let config: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hubgate-init-'));
  config = join(folder, 'hubgate.toml');
  for (const [name, phrase] of [
    ['root.txt', ROOT_PHRASE],
    ['signing.txt', SIGNING_PHRASE],
  ] as const) {
    writeFileSync(join(folder, name), `${phrase}\n`, { mode: 0o600 });
  }
  writeFileSync(config, '[pki]\nrootKey = "p-384"\nsigningKey = "p-256"\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const loaded = () => loadConfig({ env: {}, cwd: folder, file: config });

function answersFile(lines = ''): string {
  const file = join(folder, 'answers.toml');
  writeFileSync(
    file,
    `${lines}\n[ceremony]\nrootPassphraseFile = "root.txt"\nsigningPassphraseFile = "signing.txt"\napacheFile = "apache.conf"\n`,
  );
  return file;
}

const hubgate = (...words: string[]) => runCli(config, words);

describe('the ceremony, unattended', () => {
  it('makes a CA that a signer unlocks, an Apache file, and refuses to do it twice', async () => {
    const { code, out } = await hubgate('--json', 'init', '--answers', answersFile());
    expect(code).toBe(0);
    const result = JSON.parse(out);
    const { paths } = loaded();
    const read = (file: string) => parseCertificate(readFileSync(file, 'utf8'));
    const root = read(join(paths.caDir, 'root-ca.pem'));
    const signing = read(join(paths.caDir, 'signing-ca.pem'));
    const server = read(join(paths.serverDir, 'server.pem'));
    expect(result.root.fingerprintSha256).toBe(root.fingerprintSha256);
    expect([root.keyLabel, signing.keyLabel]).toEqual(['P-384', 'P-256']);
    expect(isIssuedBy(signing, root) && isIssuedBy(server, signing)).toBe(true);
    expect(server.dnsNames).toEqual(['localhost', 'gate.localhost', 'canary.localhost']);
    const key = createPrivateKey(readFileSync(join(paths.serverDir, 'server.key')));
    expect(createPublicKey(key).export({ format: 'der', type: 'spki' })).toEqual(Buffer.from(server.spki));
    expect(isCrlSignedBy(readFileSync(join(paths.caDir, 'root-ca.crl')), root)).toBe(true);
    expect(existsSync(paths.evaluationMarker)).toBe(false);
    expect(readFileSync(join(folder, 'apache.conf'), 'utf8')).not.toMatch(/@[A-Z_]+@/);

    const again = await hubgate('init', '--answers', answersFile());
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('There is a CA already') });

    const signer = await startSigner({
      dir: paths.signerDir,
      webSocket: paths.signerWebSocket,
      operatorSocket: paths.signerOperatorSocket,
      passphraseFile: null,
      openThread: openTestThread,
      now: () => new Date(),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    try {
      const phrase = join(folder, 'signing.txt');
      expect(await hubgate('ca', 'unlock', '--passphrase-file', phrase)).toMatchObject({ code: 0 });
      expect(JSON.parse((await hubgate('--json', 'ca', 'status')).out)).toMatchObject({
        state: 'unlocked',
        issued: 2, // the first server, and the OCSP responder
        crlNumber: 1,
      });
      expect((await hubgate('ca', 'crl')).out).toMatch(/signing CA: number 1, 0 revoked/);
      expect((await hubgate('ca', 'lock')).out).toContain('locked');
      const wrong = await hubgate('--json', 'ca', 'unlock', '--passphrase-file', join(folder, 'root.txt'));
      expect(JSON.parse(wrong.err)).toMatchObject({ code: 'signer.passphrase' });
    } finally {
      await signer.stop();
    }
    expect(JSON.parse((await hubgate('--json', 'ca', 'status')).err)).toMatchObject({ code: 'signer.down' });
  });

  it('writes hubgate.toml where there is none, and takes its answers from one place only', async () => {
    const both = await hubgate('--json', 'init', '--answers', answersFile('[pki]\nou = "X"'));
    expect(JSON.parse(both.err)).toMatchObject({ code: 'config.value', field: 'pki' });
    expect(existsSync(loaded().paths.signerDir)).toBe(false);
  });

  it.each([
    ['weak', 'hubgate', 'ca.passphrase'],
    ['the same for both', ROOT_PHRASE, 'ca.passphrase'],
  ])('refuses a passphrase that is %s', (_what, phrase, code) => {
    writeFileSync(join(folder, 'signing.txt'), phrase, { mode: 0o600 });
    expect(() => readAnswers(answersFile())).toThrow(expect.objectContaining({ code }));
  });

  it('refuses a passphrase file that everybody may read', () => {
    rmSync(join(folder, 'root.txt'));
    writeFileSync(join(folder, 'root.txt'), ROOT_PHRASE, { mode: 0o644 });
    expect(() => readAnswers(answersFile())).toThrow(expect.objectContaining({ code: 'config.insecure' }));
  });

  it('refuses constraints that would forbid its own server', async () => {
    writeFileSync(config, '[pki]\nrootKey = "p-384"\nsigningKey = "p-256"\npermittedDns = ["example.org"]\n');
    const { err } = await hubgate('--json', 'init', '--answers', answersFile());
    expect(JSON.parse(err)).toMatchObject({ code: 'config.value', field: 'pki.permittedDns' });
  });
});

describe('the ceremony, guided', () => {
  it('asks again what cannot be, and gives what was typed', async () => {
    const typed = [
      '', // DC
      '', // O
      'Physik', // OU
      'Not A Host',
      'hubs.uni.example',
      '', // gate.uni.example
      '', // canary
      ...['', '', '9', '2', '3', '', '', '400'], // CAs: names, root key (9 is none), signing key, lives
      'listed',
      'passkey', // approvals
      '2',
      '', // unlock
      'y', // Apache
      'n', // no Apache file
      'short',
      ROOT_PHRASE,
      'another thing altogether',
      ROOT_PHRASE,
      ROOT_PHRASE,
      SIGNING_PHRASE,
      SIGNING_PHRASE,
      'n', // the root key stays
      'y',
    ];
    const input = new PassThrough();
    const output = new PassThrough();
    let shown = '';
    output.on('data', (chunk: Buffer) => (shown += chunk.toString()));
    const terminal = openTerminal(
      input as unknown as NodeJS.ReadStream,
      output as unknown as NodeJS.WriteStream,
    );
    input.end(typed.map((line) => `${line}\n`).join(''));
    const answers = await askAnswers(terminal, loaded().config, false);
    expect(answers).toMatchObject({
      settings: {
        site: { url: 'https://hubs.uni.example', gateUrl: 'https://gate.uni.example' },
        pki: { ou: 'Physik', rootKey: 'p-384', signingKey: 'p-256', userDays: 400 },
        hubs: { defaultAccess: 'listed' },
        approval: { require: 'passkey', count: 2 },
        front: { embedded: false },
      },
      passphrases: { root: ROOT_PHRASE, signing: SIGNING_PHRASE },
      apacheFile: null,
      exportRootTo: null,
    });
    expect(shown).toContain('Too weak');
    expect(shown).toContain('two different ones');
    expect(shown).not.toContain(ROOT_PHRASE);
    terminal.close();
  });

  it('ends without a word written when the input ends', async () => {
    const input = new PassThrough();
    const terminal = openTerminal(
      input as unknown as NodeJS.ReadStream,
      new PassThrough() as unknown as NodeJS.WriteStream,
    );
    input.end('\n');
    await expect(askAnswers(terminal, loaded().config, false)).rejects.toMatchObject({
      code: 'ca.passphrase',
    });
  });
});

describe("the root's key", () => {
  beforeEach(async () => {
    expect((await hubgate('init', '--answers', answersFile())).code).toBe(0);
  });

  it('is moved only after the copy was read back, and renews the list from where it is', async () => {
    const { paths } = loaded();
    const files = signerFiles(paths.signerDir);
    const to = join(folder, 'stick.key');
    await expect(moveRootKey(files, to, 'wrong passphrase')).rejects.toMatchObject({ code: 'ca.passphrase' });
    expect(existsSync(files.rootKey) && !existsSync(to)).toBe(true);
    await expect(moveRootKey(files, config, ROOT_PHRASE)).rejects.toMatchObject({ code: 'ca.file' });
    const nowhere = moveRootKey(files, join(folder, 'none', 'stick.key'), ROOT_PHRASE);
    await expect(nowhere).rejects.toMatchObject({ code: 'ca.export-unreadable' });
    expect(existsSync(files.rootKey)).toBe(true);

    const moved = await hubgate(
      'ca',
      'export-root',
      '--to',
      to,
      '--passphrase-file',
      join(folder, 'root.txt'),
    );
    expect(moved).toMatchObject({ code: 0, out: expect.stringContaining('was deleted') });
    expect(existsSync(files.rootKey)).toBe(false);

    const publicCopy = join(paths.caDir, 'root-ca.crl');
    await renewRootCrl({ files, publicCopy, keyFile: to, passphrase: ROOT_PHRASE, now: new Date() });
    expect(parseCrl(readFileSync(publicCopy)).crlNumber).toBe(2);
    const wrongKey = {
      files,
      publicCopy,
      keyFile: files.signingKey,
      passphrase: SIGNING_PHRASE,
      now: new Date(),
    };
    await expect(renewRootCrl(wrongKey)).rejects.toMatchObject({ code: 'ca.file' });
  });

  it('no evaluation CA is made over it, and its files stay as they are', async () => {
    const { config: values, paths } = loaded();
    const made = createEvaluationCa({ config: values, paths, now: new Date(), progress: () => undefined });
    await expect(made).rejects.toMatchObject({ code: 'ca.exists' });
    expect(existsSync(paths.evaluationMarker)).toBe(false);
    expect(existsSync(signerFiles(paths.signerDir).evaluationPassphrase)).toBe(false);
  });
});

describe('the Apache file', () => {
  it('has every mark filled for two names and for one', () => {
    for (const site of ['', '[site]\ngateUrl = "https://localhost:8443"\n[front]\nembedded = false\n']) {
      writeFileSync(config, site);
      const { config: values, paths } = loaded();
      const text = apacheFile(values, paths, null);
      expect(text).not.toMatch(/@[A-Z_]+@/);
      expect(text).toContain(paths.portalSocket);
    }
  });

  it('takes no value that could break out of its line', () => {
    expect(() => renderApacheVhost('ServerName @A@', { A: 'x"\nRequire all granted' })).toThrow(RangeError);
    expect(() => renderApacheVhost('ServerName @B@', { A: 'x' })).toThrow(RangeError);
  });
});
