import { said, type Said } from '../x509/check-result';
import type { CertReason, Reason } from './status';

/** OpenSSL's and Node's words for a failed verification (X509_verify_cert_error_string), by what they mean here. */
const WORDS: readonly [RegExp, CertReason, Said][] = [
  [/revoked/i, 'revoked', said('revoked.plain')],
  [/has expired|CERT_HAS_EXPIRED/i, 'expired', said('validity.ended-undated')],
  [/not yet valid|CERT_NOT_YET_VALID/i, 'not-yet-valid', said('validity.early-undated')],
  [
    /issuer|self.?signed|SELF_SIGNED|leaf signature|LEAF_SIGNATURE|verify the first|unsuitable|invalid CA|chain too long|untrusted/i,
    'unknown-issuer',
    said('issuer.unnamed'),
  ],
];

/** The front's reason after `FAILED:` as one of our codes. Unknown words: it was not proven to be ours. */
export function failureReason(words: string): Reason {
  const found = WORDS.find(([pattern]) => pattern.test(words));
  if (found) return { code: found[1], ...found[2] };
  return { code: 'unknown-issuer', ...said('front.unverified') };
}
