import type { Ctx } from '../ctx';
import { findCertificateRow } from '../db/certificates';
import type { CertificateInfo } from '../x509/certificate';
import { isIssuedBy, parseCertificate } from '../x509/certificate';
import type { RevocationReason } from '../wire/records';
import { said, type CheckResult, type Said } from '../x509/check-result';
import { caCertificates, issuersOf } from './ca-certificates';
import { revocationOf, revokedSaid } from './revocation-of';
import type { CertReason, Reason, ShownCertificate } from './status';

export type Verdict = {
  certificate: ShownCertificate | null;
  /** Why it is revoked; null when it is not. */
  revocation: RevocationReason | null;
  reasons: Reason[];
  checks: CheckResult[];
};

/**
 * Judges a certificate that somebody showed: issuer, validity, unit, revocation. Believes no
 * front: everything is computed here from the bytes.
 */
export async function checkCertificate(der: Uint8Array, ctx: Ctx): Promise<Verdict> {
  let info: CertificateInfo;
  try {
    info = parseCertificate(der);
  } catch {
    const found = said('shown.unreadable');
    return {
      certificate: null,
      revocation: null,
      reasons: [{ code: 'unreadable', ...found }],
      checks: [{ code: 'readable', ok: false, level: 'bad', ...found }],
    };
  }
  const reasons: Verdict['reasons'] = [];
  const checks: CheckResult[] = [];
  let revocation: RevocationReason | null = null;
  const judge = (code: string, reason: CertReason, ok: boolean, found: Said): void => {
    checks.push({ code, ok, level: 'bad', ...found });
    if (!ok) reasons.push({ code: reason, ...found });
  };

  const issuers = issuersOf(caCertificates(ctx.paths));
  const issuer = info.isCa ? undefined : issuers.find((one) => isIssuedBy(info, one));
  const ours = issuer !== undefined;
  judge(
    'issuer',
    'unknown-issuer',
    ours,
    ours ? said('issuer.ok', { issuer: issuer.commonName }) : said('issuer.other', { issuer: info.issuer }),
  );
  const now = ctx.now();
  const from = info.notBefore.toISOString();
  const until = info.notAfter.toISOString();
  if (info.notBefore > now) {
    judge('validity', 'not-yet-valid', false, said('validity.early', { from }));
  } else if (info.notAfter < now) {
    judge('validity', 'expired', false, said('validity.ended', { until }));
  } else judge('validity', 'expired', true, said('validity.ok', { until }));
  // A CA that was taken over named its units as it liked, or not at all.
  const imported = ours && (await findCertificateRow(ctx.db, info.serial))?.source === 'import';
  const { ou: unit } = ctx.config.pki;
  const found = info.organizationalUnit;
  if (imported) judge('unit', 'wrong-unit', true, said('unit.imported'));
  else if (found === unit) judge('unit', 'wrong-unit', true, said('unit.ok', { unit }));
  else if (found === '') judge('unit', 'wrong-unit', false, said('unit.missing', { unit }));
  else judge('unit', 'wrong-unit', false, said('unit.other', { found, unit }));
  // CAs that were taken over may have issued others. Apache reads the first common name, nginx the last.
  const names = info.commonNames.filter((name) => name !== '').join(', ');
  if (namedOf(info) !== null) judge('names', 'not-one-name', true, said('names.ok', { name: names }));
  else if (names === '') judge('names', 'not-one-name', false, said('names.none'));
  else judge('names', 'not-one-name', false, said('names.several', { names }));
  // Serials of foreign certificates mean nothing here.
  if (ours) {
    revocation = await revocationOf(ctx, info.serial);
    const { contact } = ctx.config.site;
    judge(
      'revoked',
      'revoked',
      revocation === null,
      revocation === null ? said('revoked.ok') : revokedSaid(revocation, contact),
    );
  }
  return { certificate: shownCertificate(info), revocation, reasons, checks };
}

function namedOf({ commonName, commonNames }: CertificateInfo): string | null {
  return commonNames.length === 1 && commonName !== '' ? commonName : null;
}

function shownCertificate(info: CertificateInfo): ShownCertificate {
  return {
    subject: info.subject,
    issuer: info.issuer,
    serial: info.serial,
    notBefore: info.notBefore.toISOString(),
    notAfter: info.notAfter.toISOString(),
    fingerprintSha256: info.fingerprintSha256,
    commonName: namedOf(info),
  };
}
