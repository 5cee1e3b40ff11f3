import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { loadConfig } from '../config/load';
import { start } from './start';

it('refuses to start without a second factor for approvers, except as an evaluation', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'hubgate-start-'));
  try {
    const file = join(dir, 'hubgate.toml');
    writeFileSync(file, `stateDir = "${dir}/var"\n[signIn]\nsecondFactor = "off"\n`);
    mkdirSync(join(dir, 'var', 'signer'), { recursive: true });
    writeFileSync(join(dir, 'var', 'signer', 'signing-ca.pem'), '');
    const loaded = loadConfig({ env: {}, cwd: dir, file });
    await expect(start(loaded, {}, () => undefined)).rejects.toMatchObject({
      code: 'config.insecure',
      field: 'signIn.secondFactor',
    });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
