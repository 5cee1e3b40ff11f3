import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { insertCertificates, knownSerials, type NewCertificate } from '../db/certificates';
import { inTransaction } from '../db/in-transaction';
import { readSetting, writeSetting } from '../db/settings';
import type { ImportedCertificate, RevocationChange } from '../wire/records';
import { certificateRights } from '../x509/ca-rights';
import { parseCertificate } from '../x509/certificate';
import { OID } from '../x509/oids';
import { followRevocations } from './follow-revocations';

/** Up to which number of which journal the portal has taken over: `<journal id>/<number>`. */
const SETTING = 'journal.imported';

/**
 * Puts certificates that the signer took over from another CA into the portal's list, where they are
 * found and revoked like any other. Only what is new since the last time is asked for.
 *
 * @returns how many were new
 * @throws {HubgateError} `signer.down`
 */
export async function takeImported(ctx: Ctx): Promise<number> {
  const { journalId } = await ctx.signer.status();
  const kept = (await readSetting(ctx.db, SETTING)) ?? '';
  const [keptId, keptNumber] = kept.split('/');
  let after = keptId === journalId ? Number(keptNumber) : 0;
  let taken = 0;
  for (let more = true; more;) {
    const page = await ctx.signer.imported(after);
    more = page.more;
    const last = page.certificates.at(-1);
    if (last === undefined) break;
    after = last.number;
    taken += await takePage(ctx, page.certificates, `${journalId}/${after}`);
  }
  return taken;
}

async function takePage(
  ctx: Ctx,
  certificates: readonly ImportedCertificate[],
  reached: string,
): Promise<number> {
  const { revoked } = await followRevocations(ctx);
  const rows = certificates.map((one) => rowOf(one, revoked.get(one.serial), ctx.now()));
  return inTransaction(ctx.db, async (tx) => {
    const known = await knownSerials(
      tx,
      rows.map(({ serial }) => serial),
    );
    const fresh = rows.filter(({ serial }) => !known.has(serial));
    await insertCertificates(tx, fresh);
    if (fresh.length > 0) {
      await recordAudit(ctx, tx, {
        action: 'certificate.import',
        target: 'journal',
        data: { certificates: fresh.length, first: fresh[0]?.serial, last: fresh.at(-1)?.serial },
      });
    }
    await writeSetting(tx, SETTING, reached);
    return fresh.length;
  });
}

function rowOf(
  one: ImportedCertificate,
  revocation: RevocationChange | undefined,
  now: Date,
): NewCertificate {
  const shared = {
    serial: one.serial,
    requestId: null,
    state: revocation === undefined ? 'VALID' : 'REVOKED',
    revokedAt: revocation === undefined ? null : new Date(revocation.revokedAt),
    revocationReason: revocation?.reason ?? null,
    caKeyId: one.caKeyId,
    source: 'import',
    label: null,
    notBefore: new Date(one.issuedAt),
    notAfter: new Date(one.notAfter),
    // Newest first in lists: as old as they are, not as young as the import.
    createdAt: new Date(Math.min(Date.parse(one.issuedAt), now.getTime())),
  };
  if (one.der === undefined) {
    const subject = one.subject ?? '';
    return {
      ...shared,
      profile: 'user',
      commonName: commonNameOf(subject),
      subject,
      email: null,
      spkiSha256: '',
      fingerprintSha256: '',
      keyLabel: '',
      der: new Uint8Array(),
    };
  }
  const info = parseCertificate(Buffer.from(one.der, 'base64'));
  return {
    ...shared,
    profile: isServer(info) ? 'server' : 'user',
    commonName: info.commonName,
    subject: info.subject,
    email: info.emails[0] ?? null,
    spkiSha256: info.spkiSha256,
    fingerprintSha256: info.fingerprintSha256,
    keyLabel: info.keyLabel,
    der: Uint8Array.from(info.der),
  };
}

/** By what it may be used for; a CA among them counts as a machine's. */
function isServer(info: { der: Uint8Array; dnsNames: readonly string[]; isCa: boolean }): boolean {
  const { extKeyUsage } = certificateRights(info.der);
  if (extKeyUsage.includes(OID.clientAuth) && !extKeyUsage.includes(OID.serverAuth)) return false;
  return info.isCa || extKeyUsage.includes(OID.serverAuth) || info.dnsNames.length > 0;
}

/** Of a subject as people read it (RFC 4514), where no certificate is left to read. */
function commonNameOf(subject: string): string {
  const [, value = ''] = /(?:^|,)CN=((?:[^,\\]|\\.)*)/.exec(subject) ?? [];
  return value.replaceAll(/\\(.)/g, '$1');
}
