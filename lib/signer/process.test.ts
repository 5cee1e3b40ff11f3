import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';

import { makeCsr, makeOrder, subjectKey } from '../testing/orders';
import { signerBundle, startTestSigner, type TestSigner } from '../testing/signer';
import type { SignOutcome } from '../wire/messages';

let signer: TestSigner | null = null;
afterEach(async () => {
  await signer?.remove();
  signer = null;
});

const key = subjectKey('p-256');

function batch(caKeyId: string, size: number) {
  return Array.from({ length: size }, (_, at) =>
    makeOrder({ caKeyId, csr: makeCsr(key, `u${at}`), content: { commonName: `u${at}` } }),
  );
}

const serialOf = (outcome: SignOutcome): string => {
  if (outcome.outcome !== 'issued') throw new Error(JSON.stringify(outcome));
  return outcome.serial;
};

describe('the signer as a process', () => {
  // RSA, so that the batch lasts long enough to be hit in its middle.
  it('killed in the middle of 200 orders, it ends with one certificate each and an honest journal', async () => {
    signer = await startTestSigner({ caKey: 'rsa-4096', child: true });
    const { client, caKeyId } = signer;
    const orders = batch(caKeyId, 200);
    const before = new Map<string, string>();
    const kills: Promise<void>[] = [];
    const broken = client.sign(orders, (outcome) => {
      before.set(outcome.orderId, serialOf(outcome));
      if (before.size === 60 && signer) kills.push(signer.kill());
    });
    await expect(broken).rejects.toMatchObject({ code: 'signer.down' });
    await Promise.all(kills);
    expect(before.size).toBeGreaterThanOrEqual(60);
    expect(before.size).toBeLessThan(200);

    await signer.start();
    const known = await client.lookup(orders.map(({ content }) => content.orderId));
    const survived = known.filter(({ outcome }) => outcome === 'issued').length;
    expect(survived).toBeGreaterThanOrEqual(before.size);
    const after = new Map((await client.sign(orders)).map((outcome) => [outcome.orderId, serialOf(outcome)]));
    expect(after.size).toBe(200);
    // What had been released stands.
    for (const [orderId, serial] of before) expect(after.get(orderId)).toBe(serial);
    await signer.stop();

    const journal = new Database(join(signer.dir, 'journal.db'), { readonly: true });
    const count = (sql: string): number => (journal.prepare(sql).get() as { n: number }).n;
    expect(count('SELECT count(*) AS n FROM certificates WHERE order_id IS NOT NULL')).toBe(200);
    expect(count('SELECT count(DISTINCT order_id) AS n FROM certificates')).toBe(200);
    expect(count(`SELECT count(*) AS n FROM intents WHERE state = 'open'`)).toBe(0);
    expect(
      count(
        `SELECT count(*) AS n FROM certificates c JOIN intents i USING (serial) WHERE i.state <> 'committed'`,
      ),
    ).toBe(0);
    expect(count(`SELECT count(*) AS n FROM approvals`)).toBe(200);
    journal.close();
  }, 120_000);

  it('finishes the batch under way when it is told to end', async () => {
    signer = await startTestSigner({ child: true });
    const orders = batch(signer.caKeyId, 100);
    let stopped: Promise<void> | undefined;
    const outcomes = await signer.client.sign(orders, () => (stopped ??= signer?.stop()));
    expect(outcomes.filter(({ outcome }) => outcome === 'issued')).toHaveLength(100);
    await stopped;
  });

  it('gives its sockets to whom they belong and refuses to start twice', async () => {
    signer = await startTestSigner({ child: true });
    expect(statSync(signer.webSocket).mode & 0o777).toBe(0o660);
    expect(statSync(signer.operatorSocket).mode & 0o777).toBe(0o600);
    const stateDir = dirname(signer.dir);
    const second = spawn(process.execPath, [await signerBundle()], {
      cwd: stateDir,
      env: { ...process.env, HUBGATE_CONFIG: '', HUBGATE_STATE_DIR: stateDir },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    second.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(second, 'close')) as [number];
    expect(code).toBe(1);
    expect(said).toContain('start.already-running');
    expect(await signer.client.status()).toMatchObject({ state: 'unlocked' });
  });

  it('starts over the sockets that a killed one left', async () => {
    signer = await startTestSigner({ child: true });
    await signer.kill();
    await expect(signer.client.status()).rejects.toMatchObject({ code: 'signer.down' });
    await signer.start();
    const { client } = signer;
    const status = () => client.status();
    expect((await status()).state).toBe('unlocked');
    // The site's own and the responder's, which comes after the start; one more if the kill fell while
    // that was being made.
    await expect.poll(async () => (await status()).issued, { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
    expect((await status()).issued).toBeLessThanOrEqual(3);
  });

  it('ends when its supervisor is gone', async () => {
    signer = await startTestSigner();
    await signer.stop();
    const stateDir = dirname(signer.dir);
    const child = spawn(process.execPath, [await signerBundle()], {
      cwd: stateDir,
      env: { ...process.env, HUBGATE_CONFIG: '', HUBGATE_STATE_DIR: stateDir, HUBGATE_SUPERVISED: '1' },
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    await once(child.stderr, 'data');
    child.stdin.end();
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(0);
  });
});
