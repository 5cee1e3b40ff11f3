import type { Ctx } from '../ctx';
import { findCertificateRow } from '../db/certificates';
import type { CertificateInfo } from '../x509/certificate';
import { isIssuedBy, parseCertificate } from '../x509/certificate';
import type { RevocationReason } from '../wire/records';
import type { CheckResult } from '../x509/check-result';
import { caCertificates, issuersOf } from './ca-certificates';
import { revocationOf, revokedMessage } from './revocation-of';
import type { CertReason, ShownCertificate } from './status';

export type Verdict = {
  certificate: ShownCertificate | null;
  /** Why it is revoked; null when it is not. */
  revocation: RevocationReason | null;
  reasons: { code: CertReason; message: string }[];
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
    const message = 'What was shown is not an X.509 certificate that can be read.';
    return {
      certificate: null,
      revocation: null,
      reasons: [{ code: 'unreadable', message }],
      checks: [{ code: 'readable', ok: false, level: 'bad', message }],
    };
  }
  const reasons: Verdict['reasons'] = [];
  const checks: CheckResult[] = [];
  let revocation: RevocationReason | null = null;
  const judge = (code: string, reason: CertReason, ok: boolean, good: string, bad: string): void => {
    checks.push({ code, ok, level: 'bad', message: ok ? good : bad });
    if (!ok) reasons.push({ code: reason, message: bad });
  };

  const issuers = issuersOf(caCertificates(ctx.paths));
  const issuer = info.isCa ? undefined : issuers.find((one) => isIssuedBy(info, one));
  const ours = issuer !== undefined;
  judge(
    'issuer',
    'unknown-issuer',
    ours,
    `Issued by ${issuer?.commonName ?? ''}.`,
    `Not issued by this CA: it names ${info.issuer} as its issuer.`,
  );
  const now = ctx.now();
  const begun = info.notBefore <= now;
  const running = info.notAfter >= now;
  if (!begun) {
    judge('validity', 'not-yet-valid', false, '', `It is valid only from ${iso(info.notBefore)}.`);
  } else {
    judge(
      'validity',
      'expired',
      running,
      `Valid until ${iso(info.notAfter)}.`,
      `It expired on ${iso(info.notAfter)}.`,
    );
  }
  const { ou } = ctx.config.pki;
  // A CA that was taken over named its units as it liked, or not at all.
  const imported = ours && (await findCertificateRow(ctx.db, info.serial))?.source === 'import';
  judge(
    'unit',
    'wrong-unit',
    imported || info.organizationalUnit === ou,
    imported ? 'Taken over from another CA: its unit is not asked for.' : `Its unit is ${ou}.`,
    `Its unit is ${info.organizationalUnit === '' ? 'missing' : info.organizationalUnit}, not ${ou}.`,
  );
  // CAs that were taken over may have issued others. Apache reads the first common name, nginx the last.
  const all = info.commonNames.join(' and ');
  judge(
    'names',
    'not-one-name',
    namedOf(info) !== null,
    `It is for ${all}.`,
    `It names ${all === '' ? 'nobody' : all}: a certificate is for exactly one account here.`,
  );
  // Serials of foreign certificates mean nothing here.
  if (ours) {
    revocation = await revocationOf(ctx, info.serial);
    const bad = revocation === null ? '' : revokedMessage(revocation, ctx.config.site.contact);
    judge('revoked', 'revoked', revocation === null, 'Not revoked.', bad);
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

function iso(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
