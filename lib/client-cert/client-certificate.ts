import type { Ctx } from '../ctx';
import { said, type CheckResult, type Said } from '../x509/check-result';
import { checkCertificate } from './check-certificate';
import { failureReason } from './failure-reason';
import type { FrontTrust, HeaderBag } from './front-trust';
import { readFrontReport } from './headers';
import type { ClientCertificateStatus } from './status';

/**
 * Which client certificate was shown, whether it is accepted, and if not exactly why.
 *
 * The front's word is only where the certificate comes from: it is parsed and verified again, and a
 * front that says SUCCESS for what does not verify is an alarm (`alarm` in the checks), not a login.
 *
 * @param trust whether these headers were written by our front (lib/client-cert/front-trust.ts)
 */
export async function clientCertificate(
  headers: HeaderBag,
  trust: FrontTrust,
  ctx: Ctx,
): Promise<ClientCertificateStatus> {
  const report = readFrontReport(headers);
  // The embedded front speaks Apache's form; only the configuration tells them apart.
  if (report.via === 'apache' && ctx.config.front.embedded) report.via = 'embedded';
  const something = report.der !== null || report.unreadable || report.verdict !== 'unsaid';
  if (trust === null) {
    if (!something) return noneShown();
    const found = said('headers.untrusted');
    return {
      shown: false,
      accepted: false,
      reasons: [{ code: 'headers-not-trusted', ...found }],
      via: null,
      checks: [{ code: 'headers', ok: false, level: 'bad', ...found }],
    };
  }

  // Without the certificate itself nobody can be identified, whatever the front says.
  if (report.der === null && !report.unreadable) {
    if (report.verdict === 'FAILED') {
      const reason = failureReason(report.failure ?? '');
      return {
        shown: true,
        accepted: false,
        reasons: [reason],
        via: report.via,
        checks: [failed(reason)],
      };
    }
    if (report.verdict !== 'SUCCESS') return noneShown();
    const found = said('front.not-forwarded');
    return {
      shown: true,
      accepted: false,
      reasons: [{ code: 'unreadable', ...found }],
      via: report.via,
      checks: [failed(found)],
    };
  }

  const verdict = await checkCertificate(report.der ?? new Uint8Array(), ctx);
  const reasons = [...verdict.reasons];
  const checks = [...verdict.checks];
  if (report.verdict === 'SUCCESS' && reasons.length > 0) {
    const codes = reasons.map(({ code }) => code).join(', ');
    checks.unshift({
      code: 'alarm',
      ok: false,
      level: 'bad',
      ...said('front.disagrees', { codes }),
    });
  }
  if (report.verdict === 'FAILED' || report.verdict === 'NONE') {
    // Ours to agree with: whoever did not prove the key to the front is not let in.
    const reason = failureReason(report.failure ?? '');
    checks.unshift(failed(reason));
    if (
      !reasons.some(({ code }) => code === reason.code) &&
      (reasons.length === 0 || reason.code === 'revoked')
    ) {
      reasons.push(reason);
    }
  } else if (report.verdict === 'unsaid' && report.via !== 'rfc9440') {
    // RFC 9440 section 2.2: the header alone means that the handshake succeeded. X-SSL-* never come alone.
    const found = said('front.unsaid');
    reasons.push({ code: 'key-not-proven', ...found });
    checks.unshift(failed(found));
  }
  return {
    shown: true,
    accepted: reasons.length === 0,
    reasons,
    ...(verdict.certificate === null ? {} : { certificate: verdict.certificate }),
    ...(verdict.revocation === null ? {} : { revocation: verdict.revocation }),
    via: report.via,
    checks,
  };
}

function noneShown(): ClientCertificateStatus {
  return {
    shown: false,
    accepted: false,
    reasons: [{ code: 'none-shown', ...said('shown.nothing') }],
    via: null,
    checks: [],
  };
}

function failed({ message, says }: Said): CheckResult {
  return { code: 'front', ok: false, level: 'bad', message, says };
}
