import { createHash } from 'node:crypto';

import { insertCertificates, type NewCertificate } from '../db/certificates';
import type { Database } from '../db/client';
import { inTransaction } from '../db/in-transaction';

/** Rows as of issued certificates; their bytes are none, for tests of what goes by rows. */
export function certificateRows(
  count: number,
  row: (index: number) => Partial<NewCertificate> & { commonName: string },
): NewCertificate[] {
  return Array.from({ length: count }, (_, index) => {
    const own = row(index);
    const hash = createHash('sha256').update(`${own.commonName} ${index}`).digest('hex');
    const notBefore = new Date('2026-01-01T00:00:00Z');
    return {
      serial: `7f${hash.slice(0, 38)}`,
      requestId: null,
      state: 'VALID',
      profile: 'user',
      subject: `CN=${own.commonName}`,
      email: null,
      spkiSha256: hash,
      fingerprintSha256: hash,
      keyLabel: 'P-256',
      label: null,
      der: Uint8Array.from(Buffer.from(hash, 'hex')),
      notBefore,
      notAfter: new Date('2035-01-01T00:00:00Z'),
      revokedAt: null,
      revocationReason: null,
      caKeyId: null,
      source: 'order',
      createdAt: notBefore,
      ...own,
    };
  });
}

export async function storeRows(db: Database, rows: readonly NewCertificate[]): Promise<void> {
  await inTransaction(db, (tx) => insertCertificates(tx, rows));
}
