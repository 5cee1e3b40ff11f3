import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { checkCertificate } from '../client-cert/check-certificate';
import { caCertificates } from '../client-cert/ca-certificates';
import { approveRequest } from '../requests/approve-request';
import { signRequests } from '../requests/sign-requests';
import { viewRequest } from '../requests/view-request';
import { signerFiles } from '../signer/ca-files';
import { openJournal } from '../signer/journal';
import { prepareRollOver } from '../signer/prepare-roll-over';
import { writePublicCopies } from '../signer/public-copies';
import { testHouse, type TestHouse } from '../testing/ctx';
import { DATABASE_KINDS } from '../testing/database';
import { allEvents, submitOne } from '../testing/requests';
import { startTestSigner, testWishes, type TestSigner } from '../testing/signer';
import { caFile } from '../trust/ca-files';
import { crlFile } from '../trust/crl-file';
import { parseCertificate } from '../x509/certificate';
import { parseCrl } from '../x509/crl';
import { fromPemAll } from '../x509/pem';
import { findCertificate } from './find-certificate';
import { listCertificates } from './list-certificates';
import { revokeCertificate } from './revoke-certificate';
import { takeImported } from './take-imported';

const TIMEOUT = 120_000;
let signer: TestSigner;
let house: TestHouse;

/** As `hubgate ca rollover` does it. */
async function rollOver(ordinal = 2): Promise<void> {
  const now = new Date();
  const files = signerFiles(signer.dir);
  const { certificate, rollOver: wish } = await prepareRollOver({
    files,
    rootKeyFile: files.rootKey,
    passphrases: { root: signer.passphrase, signing: signer.passphrase },
    wishes: {
      commonName: `JupyterHub Signing CA G${ordinal}`,
      key: 'p-256',
      years: 10,
      nameConstraints: null,
      rootPointers: testWishes('p-256').rootPointers,
    },
    ordinal,
    now,
    progress: () => undefined,
  });
  const before = caCertificates(house.paths);
  await signer.operator.rollover(wish);
  const former = [before.signing, ...before.former];
  writePublicCopies(signer.caDir, { root: before.root, signing: certificate, former, rootCrl: null }, now);
}

async function issue(commonName: string): Promise<string> {
  const id = await submitOne(house.ctx, { commonName });
  await approveRequest(house.person('paula', 'approver'), { id });
  const [event] = await allEvents(signRequests(house.person('otto', 'operator'), { ids: [id] }));
  if (event?.event !== 'item' || event.serial === undefined) throw new Error(JSON.stringify(event));
  return event.serial;
}

describe('after a roll-over', { timeout: TIMEOUT }, () => {
  beforeAll(async () => {
    signer = await startTestSigner();
  }, TIMEOUT);
  afterEach(() => house.close());
  afterAll(() => signer.remove());

  it('the portal accepts, names and serves both CAs, and what was approved before is approved again', async () => {
    house = await testHouse({ signer, realClock: true });
    const operator = house.person('otto', 'operator');
    const old = await issue('alice');
    const waiting = await submitOne(house.ctx, { commonName: 'bob' });
    await approveRequest(house.person('paula', 'approver'), { id: waiting });
    await rollOver();

    // Approved for the CA before: nobody decided that the new one shall sign it.
    const events = await allEvents(signRequests(operator, { ids: [waiting] }));
    expect(events).toMatchObject([
      { event: 'item', id: waiting, state: 'SUBMITTED', code: 'signer.former-ca' },
      { event: 'done', issued: 0, failed: 1 },
    ]);
    const seen = await viewRequest(house.person('paula', 'approver'), { id: waiting });
    expect(seen.state).toBe('SUBMITTED');
    expect(seen.timeline.map(({ what }) => what)).toContain('reapprove');
    await approveRequest(house.person('paula', 'approver'), { id: waiting });
    const [signed] = await allEvents(signRequests(operator, { ids: [waiting] }));
    const fresh = signed?.event === 'item' ? (signed.serial ?? '') : '';

    const [a, b] = [
      await findCertificate(operator, { serial: old }),
      await findCertificate(operator, { serial: fresh }),
    ];
    expect([a.issuer, b.issuer].map((name) => name.split(',')[0])).toEqual([
      'CN=JupyterHub Signing CA',
      'CN=JupyterHub Signing CA G2',
    ]);
    for (const { pem, chain, issuer } of [a, b]) {
      const [above, root] = fromPemAll(chain, 'CERTIFICATE').map((der) => parseCertificate(der));
      expect(above?.subject).toBe(issuer);
      expect(root?.subject).toContain('JupyterHub Root CA');
      const verdict = await checkCertificate(parseCertificate(pem).der, house.ctx);
      expect(verdict.reasons).toEqual([]);
    }
    const { items } = await listCertificates(operator, { limit: 5 });
    expect(new Set(items.map(({ issuer }) => issuer)).size).toBe(2);

    const file = (name: string): Uint8Array =>
      caFile({ config: house.config, paths: house.paths, name, now: new Date() }).bytes;
    const names = (name: string): string[] =>
      fromPemAll(Buffer.from(file(name)).toString(), 'CERTIFICATE').map(
        (der) => parseCertificate(der).commonName,
      );
    expect(names('bundle.pem')).toEqual([
      'JupyterHub Signing CA G2',
      'JupyterHub Signing CA',
      'JupyterHub Root CA',
    ]);
    // An address belongs to one CA for ever: certificates name it.
    expect(names('signing-ca.pem')).toEqual(['JupyterHub Signing CA']);
    expect(names('signing-ca-2.pem')).toEqual(['JupyterHub Signing CA G2']);
    expect(() => file('signing-ca-3.pem')).toThrow(expect.objectContaining({ code: 'http.not-found' }));
    expect(() => file('signing-ca-1.pem')).toThrow(expect.objectContaining({ code: 'http.not-found' }));
    expect(
      Buffer.from(file('hubgate.mobileconfig'))
        .toString()
        .match(/com\.apple\.security\.pkcs1/g),
    ).toHaveLength(2);
    expect(Buffer.from(file('SHA256SUMS')).toString()).toContain('  signing-ca-2.crt\n');
    const bundle = readFileSync(join(house.paths.caDir, 'ca-bundle.pem'), 'utf8');
    expect(bundle.match(/BEGIN CERTIFICATE/g)).toHaveLength(3);

    await revokeCertificate(operator, { serial: old, reason: 'superseded' });
    house.advance(11_000); // the portal asks for lists every ten seconds
    const list = async (name: string) => parseCrl((await crlFile(house.ctx, name)).bytes);
    expect((await list('signing-ca.crl')).revoked.map(({ serial }) => serial)).toEqual([old]);
    expect((await list('signing-ca-2.crl')).revoked).toEqual([]);
    expect((await list('root-ca.crl')).issuer).toContain('Root');
    await expect(list('signing-ca-3.crl')).rejects.toMatchObject({ code: 'http.not-found' });
    const all = Buffer.from((await crlFile(house.ctx, 'crls.pem')).bytes).toString();
    expect(fromPemAll(all, 'X509 CRL')).toHaveLength(3);
    expect((await checkCertificate(parseCertificate(a.pem).der, house.ctx)).reasons).toMatchObject([
      { code: 'revoked' },
    ]);
  });
});

describe.each(DATABASE_KINDS)('what was taken over from another CA, on %s', (kind) => {
  it(
    'is listed and revoked like any other, with and without a copy',
    async () => {
      const donor = await startTestSigner();
      signer = await startTestSigner();
      house = await testHouse({ kind, signer, realClock: true });
      try {
        const copy = parseCertificate(readFileSync(join(donor.serverDir, 'server.pem'), 'utf8'));
        // Into the journal of the running CA, as an import would have left it.
        await signer.stop();
        const journal = openJournal(signerFiles(signer.dir).journal);
        const now = new Date();
        const notAfter = new Date(now.getTime() + 86_400_000);
        journal.recordImported({
          caKeyId: signer.caKeyId,
          certificates: [
            {
              serial: '01',
              der: copy.der,
              spkiSha256: copy.spkiSha256,
              notAfter: copy.notAfter,
              issuedAt: copy.notBefore,
            },
            {
              serial: '02',
              der: null,
              spkiSha256: null,
              subject: 'CN=dora\\, d.,OU=NLHPC',
              notAfter,
              issuedAt: copy.notBefore,
            },
            {
              serial: '03',
              der: null,
              spkiSha256: null,
              subject: 'CN=erin',
              notAfter,
              issuedAt: copy.notBefore,
            },
          ],
          revocations: [{ serial: '03', reason: 'certificateHold', revokedAt: copy.notBefore, notAfter }],
          crlNumber: 7,
          by: 'test',
          now,
        });
        journal.close();
        await signer.start();

        const clock = house.as({ kind: 'system', name: 'reconcile' });
        expect(await takeImported(clock)).toBe(3);
        expect(await takeImported(clock)).toBe(0);
        const operator = house.person('otto', 'operator');
        expect(await findCertificate(operator, { serial: '01' })).toMatchObject({
          profile: 'server',
          state: 'VALID',
          fingerprintSha256: copy.fingerprintSha256,
        });
        expect(await findCertificate(operator, { serial: '02' })).toMatchObject({
          commonName: 'dora, d.',
          state: 'VALID',
          pem: '',
        });
        expect(await findCertificate(operator, { serial: '03' })).toMatchObject({
          state: 'REVOKED',
          revocationReason: 'certificateHold',
        });
        expect((await listCertificates(operator, { limit: 5 })).items).toHaveLength(3);
        await revokeCertificate(operator, { serial: '02', reason: 'superseded' });
        const { signing = '' } = await signer.client.crls();
        const list = parseCrl(Buffer.from(signing, 'base64'));
        expect(list.crlNumber).toBeGreaterThan(7);
        expect(list.revoked.map(({ serial }) => serial).sort()).toEqual(['02', '03']);
      } finally {
        await house.close();
        await signer.remove();
        await donor.remove();
      }
    },
    TIMEOUT,
  );
});
