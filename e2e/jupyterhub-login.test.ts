import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';

import { mustRun, run } from './support/run';

// deploy/jupyterhub/hubgate_login.py with JupyterHub's own code, for each way of signing in; that the header
// arrives, and in a real hub, is tested in jupyterhub.test.ts.

const SNIPPET = join(import.meta.dirname, '..', 'deploy', 'jupyterhub', 'hubgate_login.py');
const CASES = join(import.meta.dirname, 'support', 'hubgate_login_cases.py');
let dir: string;

test.beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hubgate-login-'));
});
test.afterAll(() => rm(dir, { recursive: true, force: true }));

/** Debian's own Python, which has Debian's JupyterHub. */
const python = (...args: string[]) => mustRun('/usr/bin/python3', ['-W', 'ignore', ...args]);

test('whoever signs in, in whatever way, is the one of the certificate', async () => {
  const secret = join(dir, 'secret');
  await writeFile(secret, 'a-secret-of-24-letters-x\n');
  const results = JSON.parse(await python(CASES, SNIPPET, secret)) as Record<string, Record<string, string>>;
  expect(Object.keys(results)).toEqual(['dummy', 'pam', 'oauth']);
  const other = expect.stringMatching(/^403 The certificate that your browser shows is somebody else's/);
  const none = expect.stringMatching(/^403 .*no certificate was passed on/);
  const past = expect.stringMatching(/^403 .*came another way/);
  for (const [kind, found] of Object.entries(results)) {
    expect(found, kind).toEqual({
      same: 'alice',
      other,
      none,
      empty: none,
      twice: none,
      failed: none,
      encoded: 'josé',
      renamed: other,
      renamed_to: 'mallory',
      renamed_by_class: other,
      turned_away: null,
      no_secret: past,
      secret: 'alice',
      wrong_secret: past,
      mapped: 'alice',
    });
  }
});

test('a hub whose secret is missing or too short does not start', async () => {
  const secret = join(dir, 'short');
  await writeFile(secret, 'short\n');
  for (const [file, says] of [
    [secret, 'a secret has 16 letters at least'],
    [join(dir, 'missing'), 'FileNotFoundError'],
  ] as const) {
    const { code, stderr } = await run('/usr/bin/python3', [
      '-c',
      `from traitlets.config import Config\nc = Config()\nhubgate_secret_file = ${JSON.stringify(file)}\nexec(open(${JSON.stringify(SNIPPET)}).read())`,
    ]);
    expect(code).not.toBe(0);
    expect(stderr).toContain(says);
  }
});
