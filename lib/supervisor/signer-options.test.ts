import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { SIGNER_OPTIONS } from './signer-options';

it("the signer's service starts it with the same options as hubgate start", () => {
  const unit = readFileSync('deploy/systemd/hubgate-signer.service', 'utf8');
  const [, ...words] = /^ExecStart=(.*)$/m.exec(unit)?.[1]?.split(' ') ?? [];
  expect(words).toEqual([...SIGNER_OPTIONS, '/opt/hubgate/dist/signer.mjs']);
});

it('this Node knows them all: one that it does not know would keep the signer from starting', () => {
  const { status, stderr } = spawnSync(process.execPath, [...SIGNER_OPTIONS, '-e', '0'], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
