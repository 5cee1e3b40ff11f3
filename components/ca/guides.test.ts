import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { testChain } from '#lib/x509/testing/throwaway-ca';

import { guide, type GuideBlock } from './guides';
import { importIntoNss } from './nss-folder';

const NEW = '.local/share/pki/nssdb';
const OLD = '.pki/nssdb';
const facts = { httpUrl: 'http://localhost', url: 'https://localhost', rootCn: "The institute's Root CA" };

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hubgate-guide-'));
  writeFileSync(join(home, 'root-ca.pem'), testChain('p-256', 'p-256', new Date()).root.certificate.pem);
  makeP12(home);
});

/** A user's key and certificate, as the page saves them. */
function makeP12(folder: string): void {
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-noenc',
    '-keyout',
    'k.pem',
    '-out',
    'c.pem',
    '-subj',
    '/CN=alice',
  );
  openssl(
    'pkcs12',
    '-export',
    '-inkey',
    'k.pem',
    '-in',
    'c.pem',
    '-name',
    'alice',
    '-out',
    'alice.p12',
    '-passout',
    'pass:secret-of-the-test',
  );
}
afterEach(() => rmSync(home, { recursive: true, force: true }));

function allCode(blocks: readonly GuideBlock[]): string[] {
  return blocks.flatMap((block) =>
    block.kind === 'code' ? [block.code] : block.kind === 'fold' ? allCode(block.blocks) : [],
  );
}
/** The commands of Chromium on Linux as the page shows them, without the one that fetches the file. */
const [install = '', remove = ''] = guide('chromium', facts)
  .steps.flatMap(({ blocks }) => allCode(blocks))
  .filter((command) => command.includes('certutil'));
const paste = (command: string): string =>
  execFileSync('sh', ['-ec', command], {
    cwd: home,
    env: { ...process.env, HOME: home },
  }).toString();
const listed = (store: string): string =>
  execFileSync('certutil', ['-L', '-d', `sql:${join(home, store)}`]).toString();

describe('the commands for Chromium on Linux', () => {
  it.each([
    ['a home in which no browser ran yet', [], OLD],
    ['one where a new Chromium ran', [NEW], NEW],
    ['one where an older one ran', [OLD], OLD],
    ['one where both ran', [OLD, NEW], OLD],
  ])('trust the root and stop trusting it as they are pasted, in %s', (_what, stores, expected) => {
    for (const store of stores) {
      mkdirSync(join(home, store), { recursive: true });
      execFileSync('certutil', ['-N', '--empty-password', '-d', `sql:${join(home, store)}`]);
    }
    paste(install);
    expect(listed(expected)).toMatch(/The institute's Root CA\s+C,,/);
    paste(`${importIntoNss('alice.p12')} -W secret-of-the-test`);
    expect(listed(expected)).toMatch(/alice\s+u,u,u/);
    expect(existsSync(join(home, expected === OLD ? NEW : OLD))).toBe(stores.length === 2);
    paste(remove);
    expect(listed(expected)).not.toContain('Root CA');
  });
});
