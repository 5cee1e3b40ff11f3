import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { makeCsr, makeOrder, subjectKey } from '../testing/orders';
import { startTestSigner } from '../testing/signer';
import { toPem } from '../x509/pem';
import type { CaKeyKind } from './ca-keys';

const folder = mkdtempSync(join(tmpdir(), 'hubgate-compliance-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const SUBJECTS = ['rsa-2048', 'p-256', 'p-384', 'ed25519'] as const;

describe.each<CaKeyKind>(['rsa-4096', 'rsa-3072', 'p-256', 'p-384'])(
  'under a CA with a key of %s',
  (caKey) => {
    it('every certificate and list passes OpenSSL, GnuTLS and NSS', async () => {
      // An RSA root signs with what the key is; a P-256 root is for tests only.
      const signer = await startTestSigner({ caKey });
      try {
        const { root, signing } = signer.ca;
        writeFileSync(join(folder, 'root.pem'), root.pem);
        writeFileSync(join(folder, 'signing.pem'), signing.pem);
        const lists = await signer.client.crls();
        const crls = [lists.signing, lists.root].map((crl) =>
          toPem('X509 CRL', Buffer.from(crl ?? '', 'base64')),
        );
        writeFileSync(join(folder, 'crls.pem'), crls.join(''));

        const nss = `nss-${caKey}`;
        mkdirSync(join(folder, nss));
        run('certutil', '-N', '-d', nss, '--empty-password');
        run('certutil', '-A', '-d', nss, '-n', 'root', '-t', 'CT,,', '-i', 'root.pem');
        run('certutil', '-A', '-d', nss, '-n', 'signing', '-t', ',,', '-i', 'signing.pem');

        const check = (name: string, pem: string, purpose: 'client' | 'server', byNss: boolean): void => {
          writeFileSync(join(folder, `${name}.pem`), pem);
          writeFileSync(join(folder, 'chain.pem'), pem + signing.pem + root.pem);
          const verdict = run(
            'openssl',
            ...[
              'verify',
              '-x509_strict',
              '-crl_check_all',
              '-purpose',
              `ssl${purpose}`,
              '-CAfile',
              'root.pem',
            ],
            ...['-untrusted', 'signing.pem', '-CRLfile', 'crls.pem', `${name}.pem`],
          );
          expect(verdict).toContain('OK');
          expect(
            run('certtool', '--verify', '--load-ca-certificate', 'root.pem', '--infile', 'chain.pem'),
          ).toContain('Chain verification output: Verified');
          if (!byNss) return;
          run('certutil', '-A', '-d', nss, '-n', name, '-t', ',,', '-i', `${name}.pem`);
          // C: SSL client, V: SSL server.
          const usage = purpose === 'client' ? 'C' : 'V';
          expect(run('certutil', '-V', '-d', nss, '-n', name, '-u', usage)).toContain('certificate is valid');
        };

        for (const kind of SUBJECTS) {
          const csr = makeCsr(subjectKey(kind), 'alice');
          const san = { emails: ['alice@example.org'], dnsNames: [], ipAddresses: [] };
          const hosts = { emails: [], dnsNames: ['hub.example.org', '*.example.org'], ipAddresses: [] };
          const { caKeyId } = signer;
          const outcomes = await signer.client.sign([
            makeOrder({ caKeyId, csr, content: { san } }),
            makeOrder({
              caKeyId,
              csr,
              content: { profile: 'server', commonName: 'hub.example.org', san: hosts, lifetimeDays: 397 },
            }),
          ]);
          for (const outcome of outcomes) {
            if (outcome.outcome !== 'issued') throw new Error(JSON.stringify(outcome));
            const pem = toPem('CERTIFICATE', Buffer.from(outcome.certificate, 'base64'));
            const purpose = run(
              'openssl',
              'x509',
              '-in',
              write(pem),
              '-noout',
              '-ext',
              'extendedKeyUsage',
            ).includes('Client')
              ? 'client'
              : 'server';
            // NSS knows no Ed25519.
            check(`${kind}-${purpose}`, pem, purpose, kind !== 'ed25519');
          }
        }
        const [server = ''] = readFileSync(join(signer.serverDir, 'server.pem'), 'utf8').split(
          /(?<=END CERTIFICATE-----\n)/,
        );
        check('first-server', server, 'server', true);
      } finally {
        await signer.remove();
      }
    }, 120_000);
  },
);

function write(pem: string): string {
  writeFileSync(join(folder, 'one.pem'), pem);
  return 'one.pem';
}
