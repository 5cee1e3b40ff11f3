/**
 * What intake costs: each check of an RSA key and all of them, against the native verification of the
 * same CSR's signature. Nobody may stall the portal with a big key.
 */
import { createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { blockListFile } from '../lib/certificates/block-list-file';
import { parseCsr, verifyCsrSignature } from '../lib/x509/csr';
import { readCsrInput } from '../lib/x509/csr-input';
import { examineCsr, type Compromise } from '../lib/x509/examine-csr';
import { KEY_CHECKS } from '../lib/x509/key-checks';
import { modulusDigest } from '../lib/x509/modulus-digest';
import { toPem } from '../lib/x509/pem';
import { makeCsr } from '../lib/x509/testing/csr-maker';
import { figure, heading, line, median } from './report';

const CALLS = 41;
/** Issue by issue: what all checks together may take, in milliseconds. */
const BOUNDS = [
  [2048, 5],
  [4096, 10],
  [8192, 25],
] as const;

heading('Intake of a CSR');
const folder = mkdtempSync(join(tmpdir(), 'hubgate-intake-'));
try {
  const file = join(folder, 'compromised.txt');
  writeFileSync(file, Array.from({ length: 300_000 }, () => randomBytes(10).toString('hex')).join('\n'));
  const before = performance.now();
  await blockListFile(file);
  line(`a list of 300,000 compromised keys: read in ${(performance.now() - before).toFixed()} ms, once`);
  for (const [bits, boundMs] of BOUNDS) await measure(bits, boundMs, file);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(bits: number, boundMs: number, file: string): Promise<void> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  const pem = new TextEncoder().encode(toPem('CERTIFICATE REQUEST', makeCsr({ privateKey })));
  const der = readCsrInput(pem);
  const csr = parseCsr(der);
  const key = createPublicKey({ key: Buffer.from(csr.spki), format: 'der', type: 'spki' });
  const compromised = async (): Promise<Compromise | null> => {
    const { keys, moduli } = await blockListFile(file);
    const digest = csr.key.type === 'rsa' ? modulusDigest(csr.key.modulus).slice(-20) : '';
    return keys.has(csr.spkiSha256) || moduli.has(digest) ? ({ list: 'file' } as const) : null;
  };
  const native = await time(() => verify('sha256', csr.signed, key, csr.signature));
  const parts: [string, number][] = [
    ['read and parse', await time(() => parseCsr(readCsrInput(pem)))],
    ['compromised keys', await time(compromised)],
    ['signature (on a thread)', await time(() => verifyCsrSignature(csr))],
  ];
  for (const check of KEY_CHECKS) {
    const outcome = check(csr.key);
    if (outcome !== null) parts.push([outcome.code, await time(() => check(csr.key))]);
  }
  const all = await time(() => examineCsr(pem, { caSpkiSha256: [], compromised }));
  line(`RSA ${bits}: crypto.verify alone ${native.toFixed(3)} ms`);
  for (const [name, ms] of parts) {
    line(
      `  ${name.padEnd(24)} ${ms.toFixed(3).padStart(7)} ms  ${(ms / native).toFixed(1).padStart(6)} × verify`,
    );
  }
  figure({ what: `RSA ${bits}, all of intake`, value: all, unit: ' ms', bound: boundMs, better: 'lower' });
  line(`          that is ${(all / native).toFixed(1)} × crypto.verify`);
}

/** The median of single calls, in milliseconds. */
async function time(run: () => unknown): Promise<number> {
  for (let call = 0; call < CALLS / 4; call++) await run();
  const times: number[] = [];
  for (let call = 0; call < CALLS; call++) {
    const started = performance.now();
    await run();
    times.push(performance.now() - started);
  }
  return median(times);
}
