import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { connectSigner, type SignerClient } from '../../signer-client/client';
import {
  caPl,
  caPlIssue,
  easyrsa,
  easyRsa,
  easyRsaIssue,
  OLD_PASSPHRASE,
  OLD_ROOT_PASSPHRASE,
  skeleton,
  skeletonCrl,
  skeletonIssue,
  skeletonRevoke,
} from '../../testing/old-folders';
import { certIdOf, readResponse } from '../../testing/ocsp';
import { makeCsr, makeOrder, subjectKey } from '../../testing/orders';
import { openTestThread, testWishes } from '../../testing/signer';
import { parseCertificate } from '../../x509/certificate';
import { isCrlSignedBy, parseCrl } from '../../x509/crl';
import { toPem } from '../../x509/pem';
import { signerFiles } from '../ca-files';
import { startSigner, type RunningSigner } from '../start-signer';
import { importCa, importLate, IMPORTED } from './import-ca';
import { openOldKey } from './old-key';
import type { ImportPlan } from './plan-import';
import { planFromFolder, type FolderWish } from './read-folder';

const PASSPHRASE = 'correct horse battery staple';
const cleanUp: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each();
});

function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hubgate-import-'));
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const plan = (from: string, more: Partial<FolderWish> = {}): ImportPlan =>
  planFromFolder({
    from,
    name: null,
    certificate: null,
    key: null,
    rootCertificate: null,
    rootKey: null,
    now: new Date(),
    ...more,
  });

/** Everything below a folder: names, contents, times of change. */
function fingerprint(folder: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const file = join(folder, name);
    const stat = statSync(file);
    hash.update(`${name} ${stat.mtimeMs} ${stat.mode}\n`);
    if (stat.isFile()) hash.update(readFileSync(file));
  }
  return hash.digest('hex');
}

async function take(what: ImportPlan, more: { withRootKey?: boolean } = {}) {
  const stateDir = tempFolder();
  const paths = {
    dir: join(stateDir, 'signer'),
    caDir: join(stateDir, 'ca'),
    serverDir: join(stateDir, 'server'),
  };
  const wishes = testWishes('p-256');
  const open = (file: string | null | undefined, passphrase: string) =>
    openOldKey(readFileSync(file ?? '', 'utf8'), passphrase, 'old key');
  const root = more.withRootKey === true ? open(what.rootCa?.files.key, OLD_ROOT_PASSPHRASE) : null;
  const imported = await importCa({
    plan: what,
    ...paths,
    wishes: {
      policy: wishes.policy,
      serverNames: wishes.serverNames,
      newSigning: {
        commonName: wishes.signingCn,
        key: 'p-256',
        years: 10,
        nameConstraints: null,
        rootPointers: wishes.rootPointers,
      },
    },
    keys: { issuer: open(what.issuer.files.key, OLD_PASSPHRASE), root },
    passphrases: { root: PASSPHRASE, signing: PASSPHRASE },
    by: 'test',
    now: new Date(),
    progress: () => undefined,
  });
  return { stateDir, paths, imported };
}

type Running = { client: SignerClient; operator: SignerClient; stop: () => Promise<void> };

async function start(stateDir: string, unlocked = true): Promise<Running> {
  const passphraseFile = join(stateDir, 'passphrase');
  writeFileSync(passphraseFile, PASSPHRASE);
  const sockets = { webSocket: join(stateDir, 'web.sock'), operatorSocket: join(stateDir, 'operator.sock') };
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const signer: RunningSigner = await startSigner({
    dir: join(stateDir, 'signer'),
    ...sockets,
    passphraseFile: unlocked ? passphraseFile : null,
    openThread: openTestThread,
    now: () => new Date(),
    log: silent,
  });
  const client = connectSigner(sockets.webSocket);
  const operator = connectSigner(sockets.operatorSocket);
  let stopped = false;
  const stop = async (): Promise<void> => {
    if (stopped) return;
    stopped = true;
    client.close();
    operator.close();
    await signer.stop();
  };
  cleanUp.push(stop);
  return { client, operator, stop };
}

async function issue({ client }: Running): Promise<string> {
  const { caKeyId = '' } = await client.status();
  const csr = makeCsr(subjectKey('p-256'), 'newcomer');
  const [outcome] = await client.sign([makeOrder({ caKeyId, csr, content: { commonName: 'newcomer' } })]);
  if (outcome?.outcome !== 'issued') throw new Error(JSON.stringify(outcome));
  expect(outcome.serial).toMatch(/^[0-9a-f]{40}$/);
  return toPem('CERTIFICATE', Buffer.from(outcome.certificate, 'base64'));
}

/** What OpenSSL says of a certificate with every CA and every list that the signer serves. */
async function verdict({ client }: Running, pem: string): Promise<string> {
  const folder = tempFolder();
  const status = await client.status();
  const { signing, root, former } = await client.crls();
  const pemOf = (label: string, der = ''): string => toPem(label, Buffer.from(der, 'base64'));
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const lists = [signing, root, ...former.map(({ der }) => der)].filter((der) => der !== undefined);
  const cas = [status.signingCa, ...status.formerCas].map((der) => pemOf('CERTIFICATE', der));
  try {
    return execFileSync(
      'openssl',
      [
        'verify',
        '-crl_check_all',
        '-purpose',
        'sslclient',
        '-CAfile',
        write('root.pem', pemOf('CERTIFICATE', status.rootCa)),
        '-untrusted',
        write('cas.pem', cas.join('')),
        '-CRLfile',
        write('crls.pem', lists.map((der) => pemOf('X509 CRL', der)).join('')),
        write('leaf.pem', pem),
      ],
      { encoding: 'utf8', stdio: 'pipe' },
    );
  } catch (error) {
    return String((error as { stderr: string }).stderr);
  }
}

describe('the original skeleton', () => {
  function folder(): string {
    const dir = tempFolder();
    skeleton(dir);
    for (const name of ['alice', 'bob', 'carol', 'dora', 'erin']) skeletonIssue(dir, name);
    skeletonIssue(dir, 'hubs.example.org', 'server_ext');
    skeletonRevoke(dir, 'bob', '-crl_reason', 'superseded');
    skeletonRevoke(dir, 'carol', '-crl_hold', 'holdInstructionReject');
    skeletonRevoke(dir, 'erin', '-crl_compromise', '20260101000000Z');
    skeletonCrl(dir, 'signing-ca');
    skeletonCrl(dir, 'signing-ca');
    skeletonCrl(dir, 'root-ca');
    // Somebody tidied up: of dora only the line in the index is left.
    rmSync(join(dir, 'certs', 'dora.crt'));
    rmSync(join(dir, 'ca', 'signing-ca', '04.pem'));
    return dir;
  }

  it('goes on here: old and new certificates verify, old revocations are listed, numbers go on', async () => {
    const dir = folder();
    const before = fingerprint(dir);
    const what = plan(dir);
    expect(what).toMatchObject({ shape: 'two-tier', notes: [] });
    const { stateDir, paths, imported } = await take(what, { withRootKey: true });
    expect(imported).toMatchObject({
      counts: { certificates: 6, withoutCopy: 1, valid: 3, ended: 0, revoked: 3, held: 1 },
      crlNumber: 3,
      rootCrl: true,
      conflicts: [],
    });
    expect(fingerprint(dir)).toBe(before);
    // The keys are written anew, in the one form of this house.
    const keys = [signerFiles(paths.dir).signingKey, signerFiles(paths.dir).rootKey].map((file) =>
      readFileSync(file, 'utf8'),
    );
    for (const key of keys) expect(key).toContain('BEGIN ENCRYPTED PRIVATE KEY');

    const signer = await start(stateDir);
    expect(await signer.client.status()).toMatchObject({
      state: 'unlocked',
      formerCas: [],
      issued: 8, // with the server certificate of the import itself
      revoked: 3,
      crlNumber: 3,
    });
    const old = (name: string): string => readFileSync(join(dir, 'certs', `${name}.crt`), 'utf8');
    expect(await verdict(signer, old('alice'))).toContain('OK');
    expect(await verdict(signer, await issue(signer))).toContain('OK');
    for (const name of ['bob', 'carol', 'erin']) {
      expect(await verdict(signer, old(name)), name).toContain('certificate revoked');
    }
    const { signing = '', root = '' } = await signer.client.crls();
    const list = parseCrl(Buffer.from(signing, 'base64'));
    const oldList = parseCrl(what.issuer.crl ?? new Uint8Array());
    expect(list.crlNumber).toBe(3);
    expect(list.revoked.map(({ serial, reason }) => [serial, reason])).toEqual(
      oldList.revoked.map(({ serial, reason }) => [serial, reason]),
    );
    expect(list.revoked.map(({ revokedAt }) => revokedAt)).toEqual(
      oldList.revoked.map(({ revokedAt }) => revokedAt),
    );
    expect(parseCrl(Buffer.from(root, 'base64')).crlNumber).toBe(2);

    // OCSP knows the short serials too, with or without a copy, and those that were never given.
    const served = await signer.client.status();
    const signingCa = parseCertificate(Buffer.from(served.signingCa ?? '', 'base64'));
    const rootCa = parseCertificate(Buffer.from(served.rootCa ?? '', 'base64'));
    const asked = ['01', '02', '04', '20'];
    const certIds = asked.map((serial) => Buffer.from(certIdOf(signingCa, serial)).toString('base64'));
    const statuses = (await signer.client.ocsp(certIds)).map((answer, at) => {
      if (answer.outcome !== 'response') throw new Error(JSON.stringify(answer));
      const cas = { signing: signingCa, root: rootCa };
      return readResponse(Buffer.from(answer.response, 'base64'), cas).statuses[asked[at] ?? ''];
    });
    expect(statuses).toEqual(['good', 'revoked', 'good', 'unknown']);

    // The second look takes none of them for damage.
    await signer.operator.relint();
    await vi.waitFor(async () => expect((await signer.client.status()).relint).toBeDefined(), 30_000);
    expect((await signer.client.status()).relint).toMatchObject({ checked: 9, findings: 0 });

    // What it issued can be revoked, with or without a copy; a hold can end.
    const revoked = await signer.client.revoke({
      serials: ['01', '04'],
      reason: 'cessationOfOperation',
      by: 'test',
    });
    expect(revoked.unknown).toEqual([]);
    expect(await verdict(signer, old('alice'))).toContain('certificate revoked');
    expect((await signer.operator.release({ serials: ['03'], by: 'test' })).released).toEqual(['03']);
    expect(await verdict(signer, old('carol'))).toContain('OK');
    const now = parseCrl(Buffer.from((await signer.client.crls()).signing ?? '', 'base64'));
    expect(now.revoked.map(({ serial }) => serial).sort()).toEqual(['01', '02', '04', '05']);

    // A key that was compromised there is never certified here.
    const { keys: blocked } = await signer.client.blockedKeys(0);
    expect(blocked.map(({ spkiSha256 }) => spkiSha256)).toEqual([parseCertificate(old('erin')).spkiSha256]);

    const page = await signer.client.imported(0);
    expect(page.more).toBe(false);
    expect(page.certificates.map(({ serial, der, subject }) => [serial, der !== undefined, subject])).toEqual(
      [
        ['01', true, undefined],
        ['02', true, undefined],
        ['03', true, undefined],
        ['04', false, 'CN=dora,OU=NLHPC,O=Center for Mathematical Modeling,DC=University of Chile'],
        ['05', true, undefined],
        ['06', true, undefined],
      ],
    );
    expect((await signer.client.imported(2, 2)).certificates).toHaveLength(2);
  }, 120_000);

  it('with the root offline the last list of the root comes along, and says what is left to do', async () => {
    const dir = folder();
    rmSync(join(dir, 'ca', 'root-ca', 'private', 'root-ca.key'));
    const what = plan(dir);
    expect(what.notes.join()).toContain("The root's key is not in this folder");
    const { stateDir, paths, imported } = await take(what);
    expect(imported).toMatchObject({ rootCrl: true, rootKey: false });
    expect(existsSync(signerFiles(paths.dir).rootKey)).toBe(false);
    const signer = await start(stateDir);
    const { root = '' } = await signer.client.crls();
    expect(isCrlSignedBy(Buffer.from(root, 'base64'), what.root)).toBe(true);
    expect(await verdict(signer, await issue(signer))).toContain('OK');
  }, 120_000);

  it('what is signed there afterwards is added later, once', async () => {
    const dir = folder();
    const { stateDir, paths } = await take(plan(dir));
    skeletonIssue(dir, 'frank');
    skeletonRevoke(dir, 'alice');
    const late = () =>
      importLate({ plan: plan(dir), dir: paths.dir, caDir: paths.caDir, by: 'test', now: new Date() });
    expect(late()).toEqual({ certificates: 1, revocations: 1, conflicts: [] });
    expect(late()).toEqual({ certificates: 0, revocations: 0, conflicts: [] });
    expect(JSON.parse(readFileSync(join(paths.caDir, IMPORTED), 'utf8')).indexes[0]).toMatchObject({
      entries: 7,
    });
    const signer = await start(stateDir);
    const read = (name: string): string => readFileSync(join(dir, 'certs', `${name}.crt`), 'utf8');
    expect(await verdict(signer, read('frank'))).toContain('OK');
    expect(await verdict(signer, read('alice'))).toContain('certificate revoked');
    expect(() => late()).toThrow(expect.objectContaining({ code: 'start.already-running' }));
  }, 120_000);

  it('one that was interrupted is imported again over its remains, and a CA never over another', async () => {
    const dir = folder();
    const { paths, stateDir } = await take(plan(dir));
    const again = () =>
      importCa({
        plan: plan(dir),
        ...paths,
        wishes: {
          policy: testWishes('p-256').policy,
          serverNames: testWishes('p-256').serverNames,
          newSigning: {
            commonName: 'x',
            key: 'p-256',
            years: 1,
            nameConstraints: null,
            rootPointers: testWishes('p-256').rootPointers,
          },
        },
        keys: {
          issuer: openOldKey(
            readFileSync(join(dir, 'ca/signing-ca/private/signing-ca.key'), 'utf8'),
            OLD_PASSPHRASE,
            'key',
          ),
          root: null,
        },
        passphrases: { root: null, signing: PASSPHRASE },
        by: 'test',
        now: new Date(),
        progress: () => undefined,
      });
    await expect(again()).rejects.toMatchObject({ code: 'ca.exists' });
    rmSync(signerFiles(paths.dir).signingCa);
    expect(await again()).toMatchObject({ counts: { certificates: 6 }, conflicts: [] });
    const signer = await start(stateDir);
    expect(await signer.client.status()).toMatchObject({ formerCas: [], issued: 8 });
  }, 120_000);
});

describe('easy-rsa 3', () => {
  it('its one CA becomes the root, with a new signing CA below; what it signed stays good', async () => {
    const dir = tempFolder();
    easyRsa(dir);
    for (const name of ['alice', 'bob']) easyRsaIssue(dir, name);
    easyrsa(dir, ['revoke', 'bob', 'superseded'], { EASYRSA_PASSIN: `pass:${OLD_PASSPHRASE}` });
    easyrsa(dir, ['gen-crl'], { EASYRSA_PASSIN: `pass:${OLD_PASSPHRASE}` });
    const before = fingerprint(dir);
    const what = plan(dir);
    expect(what).toMatchObject({ shape: 'single', issuer: { files: { made: 'easy-rsa' } } });
    const { stateDir, paths, imported } = await take(what);
    expect(imported).toMatchObject({ counts: { certificates: 2, valid: 1, revoked: 1 }, rootKey: true });
    expect(fingerprint(dir)).toBe(before);
    const signer = await start(stateDir);
    const status = await signer.client.status();
    expect(status.formerKeys).toMatchObject([{ state: 'unlocked' }]);
    const alice = readFileSync(join(dir, 'pki', 'issued', 'alice.crt'), 'utf8');
    const bob = execFileSync('sh', ['-c', `cat ${join(dir, 'pki', 'revoked', 'certs_by_serial')}/*.crt`], {
      encoding: 'utf8',
    });
    expect(await verdict(signer, alice)).toContain('OK');
    expect(await verdict(signer, bob)).toContain('certificate revoked');
    expect(await verdict(signer, await issue(signer))).toContain('OK');
    const { serial } = parseCertificate(alice);
    await signer.client.revoke({ serials: [serial], reason: 'keyCompromise', by: 'test' });
    expect(await verdict(signer, alice)).toContain('certificate revoked');
    // One list for the root's name, whichever way it is asked for.
    const { root, former } = await signer.client.crls();
    expect(former.map(({ der }) => der)).toEqual([root]);
    const bundle = readFileSync(join(paths.caDir, 'ca-bundle.pem'), 'utf8');
    expect(bundle.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  }, 120_000);

  it('a CA that allows none below it is refused, with a way out', () => {
    const dir = tempFolder();
    easyRsa(dir, { EASYRSA_CA_EXPIRE: '3650', EASYRSA_EXTRA_EXTS: '', EASYRSA_SUBCA_LEN: '0' });
    const conf = join(dir, 'pki');
    expect(existsSync(conf)).toBe(true);
    // The same with a path length, as some guides advise.
    const key = join(conf, 'private', 'ca.key');
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-new',
        '-key',
        key,
        '-passin',
        `pass:${OLD_PASSPHRASE}`,
        '-subj',
        '/CN=Tight CA',
        '-days',
        '3650',
        '-addext',
        'basicConstraints=critical,CA:TRUE,pathlen:0',
        '-out',
        join(conf, 'ca.crt'),
      ],
      { stdio: 'pipe' },
    );
    expect(() => plan(dir)).toThrow(/path length 0.*hubgate init/s);
  }, 120_000);
});

describe('CA.pl', () => {
  it('is taken over the same way, from its PKCS#8 key', async () => {
    const dir = tempFolder();
    caPl(dir);
    caPlIssue(dir, 'alice');
    const what = plan(dir);
    expect(what).toMatchObject({ shape: 'single', issuer: { key: 'encrypted', files: { name: 'demoCA' } } });
    const { stateDir, imported } = await take(what);
    expect(imported.counts).toMatchObject({ certificates: 1, valid: 1 }); // the root's own line is not one of them
    const signer = await start(stateDir);
    expect(await verdict(signer, readFileSync(join(dir, 'alice.pem'), 'utf8'))).toContain('OK');
    expect(await verdict(signer, await issue(signer))).toContain('OK');
  }, 120_000);
});

describe('what cannot be taken over', () => {
  it('says why, and what to do', () => {
    const empty = tempFolder();
    expect(() => plan(empty)).toThrow(/There is no CA in/);
    expect(() => plan(join(empty, 'gone'))).toThrow(expect.objectContaining({ code: 'ca.file' }));

    const dir = tempFolder();
    skeleton(dir);
    const at = (name: string): string => join(dir, 'ca', name);
    expect(() => plan(dir, { name: 'other-ca' })).toThrow(
      /There is no CA other-ca .*There: root-ca, signing-ca/,
    );
    writeFileSync(at('signing-ca/db/signing-ca.db'), 'V\tnonsense\n');
    expect(() => plan(dir)).toThrow(/signing-ca\.db, line 1/);
    writeFileSync(at('signing-ca/db/signing-ca.db'), '');
    writeFileSync(at('signing-ca/db/signing-ca.crl.srl'), 'zz\n');
    expect(() => plan(dir)).toThrow(/no number of a revocation list/);
    writeFileSync(at('signing-ca/db/signing-ca.crl.srl'), '01\n');
    rmSync(at('signing-ca/private/signing-ca.key'));
    expect(() => plan(dir)).toThrow(/The key of .* is not there.*--key FILE/);
    const elsewhere = join(tempFolder(), 'k.pem');
    writeFileSync(elsewhere, readFileSync(at('root-ca/private/root-ca.key')));
    expect(plan(dir, { name: 'signing-ca', key: elsewhere }).issuer.key).toBe('encrypted');
    rmSync(at('root-ca.crt'));
    rmSync(at('root-ca'), { recursive: true });
    expect(() => plan(dir, { name: 'signing-ca', key: elsewhere })).toThrow(/--root-certificate FILE/);
  }, 120_000);

  it('the wrong key is noticed before anything is written', async () => {
    const dir = tempFolder();
    skeleton(dir);
    const key = join(dir, 'ca/root-ca/private/root-ca.key');
    const what = plan(dir, { name: 'signing-ca', key });
    const stateDir = tempFolder();
    const wishes = testWishes('p-256');
    await expect(
      importCa({
        plan: what,
        dir: join(stateDir, 'signer'),
        caDir: join(stateDir, 'ca'),
        serverDir: join(stateDir, 'server'),
        wishes: {
          ...wishes,
          newSigning: {
            commonName: 'x',
            key: 'p-256',
            years: 1,
            nameConstraints: null,
            rootPointers: wishes.rootPointers,
          },
        },
        keys: { issuer: openOldKey(readFileSync(key, 'utf8'), OLD_ROOT_PASSPHRASE, 'key'), root: null },
        passphrases: { root: null, signing: PASSPHRASE },
        by: 'test',
        now: new Date(),
        progress: () => undefined,
      }),
    ).rejects.toMatchObject({ code: 'ca.import' });
    expect(existsSync(join(stateDir, 'signer'))).toBe(false);
  }, 120_000);
});
