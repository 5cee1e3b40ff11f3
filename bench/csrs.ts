import { generateKeyPair, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { makeCsr } from '../lib/testing/orders';
import { line } from './report';

const KEPT = join(import.meta.dirname, '..', '..', 'node_modules', '.hubgate', 'bench-csrs.json');
const makePair = promisify(generateKeyPair);

/**
 * CSRs of as many different RSA 2048 keys, DER. Kept between runs, since a thousand keys take two
 * minutes; the private keys are thrown away.
 */
export async function rsaCsrs(count: number): Promise<Uint8Array[]> {
  const kept = existsSync(KEPT) ? (JSON.parse(readFileSync(KEPT, 'utf8')) as string[]) : [];
  if (kept.length < count) {
    line(`making ${count - kept.length} RSA keys, once …`);
    while (kept.length < count) {
      const made = await Promise.all([1, 2, 3, 4].map((offset) => oneCsr(`bench${kept.length + offset}`)));
      kept.push(...made.map((csr) => Buffer.from(csr).toString('base64')));
    }
    mkdirSync(dirname(KEPT), { recursive: true });
    writeFileSync(KEPT, JSON.stringify(kept));
  }
  return kept.slice(0, count).map((csr) => Buffer.from(csr, 'base64'));
}

async function oneCsr(commonName: string): Promise<Uint8Array> {
  // Its types know the modulus length as one of many options; promisify sees the last overload only.
  const pair = (await makePair('rsa' as never, { modulusLength: 2048 } as never)) as unknown as {
    privateKey: KeyObject;
  };
  return makeCsr(pair.privateKey, commonName);
}
