import type { CertReason } from './status';

/** OpenSSL's and Node's words for a failed verification (X509_verify_cert_error_string), by what they mean here. */
const WORDS: readonly [RegExp, CertReason, string][] = [
  [/revoked/i, 'revoked', 'It was revoked.'],
  [/has expired|CERT_HAS_EXPIRED/i, 'expired', 'It has expired.'],
  [/not yet valid|CERT_NOT_YET_VALID/i, 'not-yet-valid', 'It is not valid yet.'],
  [
    /issuer|self.?signed|SELF_SIGNED|leaf signature|LEAF_SIGNATURE|verify the first|unsuitable|invalid CA|chain too long|untrusted/i,
    'unknown-issuer',
    'It was not issued by this CA.',
  ],
];

/** The front's reason after `FAILED:` as one of our codes. Unknown words: it was not proven to be ours. */
export function failureReason(words: string): { code: CertReason; message: string } {
  const found = WORDS.find(([pattern]) => pattern.test(words));
  if (found) return { code: found[1], message: found[2] };
  return { code: 'unknown-issuer', message: 'The front could not verify it.' };
}
