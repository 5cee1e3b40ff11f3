import { issuerOf } from '../client-cert/ca-certificates';
import type { Ctx } from '../ctx';
import { listCertificateRows } from '../db/certificates';
import { requirePermission } from '../identity/authorise';
import { issuingCa } from '../requests/issuing-ca';
import { readCursor, writeCursor } from '../requests/page-cursor';
import type { CertificateView } from '../requests/views';
import { certificateView } from './certificate-view';

export const CERTIFICATE_LIST_MAX = 200;
const DAY_MS = 86_400_000;

/**
 * One page of certificates, newest first, or, with `endsWithinDays`, of those in force that end so
 * soon, the next one first. `q` finds by the beginning of a serial, an account name, an
 * e-mail address or a fingerprint.
 *
 * @throws {HubgateError} `auth.*`, `http.invalid` for a damaged cursor
 */
export async function listCertificates(
  ctx: Ctx,
  input: {
    q?: string | undefined;
    state?: CertificateView['state'] | undefined;
    endsWithinDays?: number | undefined;
    /** `ended`: in force, though the directory says that the account has ended or is gone. */
    account?: 'ended' | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<{ items: CertificateView[]; nextCursor: string | null }> {
  requirePermission(ctx, 'certificates.read');
  const now = ctx.now();
  const limit = Math.min(Math.max(1, Math.trunc(input.limit)), CERTIFICATE_LIST_MAX);
  const q = (input.q ?? '').trim().slice(0, 254).replaceAll('\0', '');
  const hex = q.toLowerCase().replaceAll(/[\s:]/g, '');
  const { endsWithinDays } = input;
  const sort = endsWithinDays === undefined ? 'newest' : 'ending';
  const rows = await listCertificateRows(ctx.db, {
    state: input.state,
    prefixes: q === '' ? undefined : { serial: hex, commonName: q, email: q, fingerprintSha256: hex },
    endsBy: endsWithinDays === undefined ? undefined : new Date(now.getTime() + endsWithinDays * DAY_MS),
    accountEnded: input.account === 'ended',
    now,
    after: input.cursor === undefined || input.cursor === '' ? undefined : readCursor(sort, input.cursor),
    limit: limit + 1,
  });
  if (rows.length === 0) return { items: [], nextCursor: null };
  const ca = await issuingCa(ctx);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map((row) => certificateView(row, { issuer: issuerOf(ca, row).subject, now })),
    nextCursor:
      rows.length > limit && last !== undefined
        ? writeCursor(sort, {
            key: (sort === 'ending' ? last.notAfter : last.createdAt).toISOString(),
            id: last.serial,
          })
        : null,
  };
}
