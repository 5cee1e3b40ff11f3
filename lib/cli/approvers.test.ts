import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { makeAuthenticator } from '../testing/authenticator';
import { makeCsr, makeOrder, subjectKey } from '../testing/orders';
import { runCli } from '../testing/run-cli';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { approvedBy, touchFor } from '../testing/touches';
import { checkApprovers } from './doctor-approvers';
import { ConfigSchema } from '../config/schema';
import { statePaths } from '../config/state-paths';

const PAULA = { id: 'user:id-paula', name: 'paula\u001b[2J' };

let folder: string;
let config: string;
let signer: TestSigner;
beforeAll(async () => {
  signer = await startTestSigner({ policy: { approvalMode: 'passkey' } });
  folder = mkdtempSync(join(tmpdir(), 'hubgate-approvers-'));
  config = join(folder, 'hubgate.toml');
  writeFileSync(config, `stateDir = "${dirname(signer.dir)}"\n`);
});
afterAll(async () => {
  await signer.remove();
  rmSync(folder, { recursive: true, force: true });
});

const approvers = (...words: string[]) => runCli(config, ['approvers', ...words]);

describe('hubgate approvers', () => {
  it('shows what is proposed, accepts it by its whole fingerprint, and ends it', async () => {
    expect((await approvers('list')).out).toContain('Nobody has a passkey here.');
    const key = makeAuthenticator();
    const { credentialId, publicKey } = key;
    const { fingerprint } = await signer.client.proposePasskey({
      person: PAULA,
      credentialId,
      publicKey,
      counter: 0,
    });
    const grouped = fingerprint.match(/.{4}/g)?.join(' ') ?? '';
    const waiting = (await approvers('list')).out;
    expect(waiting).toContain(grouped);
    expect(waiting).toContain('a new person');
    expect(waiting).not.toContain('\u001b');

    for (const wrong of [
      grouped.slice(0, 39),
      `${grouped.slice(0, -1)}${grouped.endsWith('0') ? '1' : '0'}`,
      'paula',
    ]) {
      const refused = await approvers('accept', ...wrong.split(' '));
      expect(refused.code).not.toBe(0);
      expect(refused.err).toMatch(/fingerprint/);
    }
    expect((await approvers('accept', grouped.toUpperCase().replaceAll(' ', ':'))).code).toBe(0);
    expect((await approvers('list')).out).toContain(PAULA.id);

    const order = makeOrder({ caKeyId: signer.caKeyId, csr: makeCsr(subjectKey('p-256'), 'x') });
    const touch = touchFor({ authenticator: key, person: PAULA, contents: [order.content] });
    await signer.client.sign(approvedBy([order], touch));
    const { out } = await approvers('touches', '--limit', '5');
    expect(out).toContain(order.content.orderId);
    expect(out).not.toContain('\u001b');

    expect((await approvers('remove', PAULA.id)).out).toContain('counts no more');
    expect((await approvers('remove', PAULA.id)).code).not.toBe(0);
    expect((await approvers('list')).out).toContain('Nobody has a passkey here.');
  });

  it('says in JSON what it does', async () => {
    const { out } = await approvers('list', '--json');
    expect(JSON.parse(out)).toMatchObject({ approvalMode: 'passkey', persons: [], proposals: [] });
  });
});

describe('the doctor on approvals', () => {
  const look = (approval: object, url = 'https://localhost:8443') => {
    const parsed = ConfigSchema.parse({ approval, site: { url } });
    return checkApprovers({
      config: parsed,
      paths: statePaths(parsed, folder, () => false),
      signer: signer.client,
    });
  };
  const says = async (...input: Parameters<typeof look>) =>
    (await look(...input)).map(({ level, says: text }) => `${level} ${text}`).join('\n');

  it('tells a portal that asks for no touch where the signer wants one', async () => {
    expect(await says({ require: 'session' })).toMatch(/^bad the signer takes approvals by passkey only/);
  });

  it('tells a signer that would take no touch of this portal, and who is missing', async () => {
    const text = await says({ require: 'passkey' }, 'https://portal.example.org');
    expect(text).toContain('"rpId":"portal.example.org"');
    expect(text).toMatch(/bad 0 of 1 people/);
    expect(await says({ require: 'passkey' })).not.toContain('rpId');
  });

  it('is content once somebody has a passkey', async () => {
    const { credentialId, publicKey } = makeAuthenticator();
    const person = { id: 'user:olga', name: 'olga' };
    const { fingerprint } = await signer.client.proposePasskey({
      person,
      credentialId,
      publicKey,
      counter: 0,
    });
    await signer.operator.acceptPasskey({ fingerprint, by: 'host:test' });
    expect(await says({ require: 'passkey' })).toBe('ok olga');
  });
});
