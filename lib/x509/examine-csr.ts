import { HubgateError, type ErrorCode } from '../errors';
import type { CheckResult } from './check-result';
import { parseCsr, type ParsedCsr, verifyCsrSignature } from './csr';
import { readCsrInput } from './csr-input';
import { KEY_CHECKS } from './key-checks';

/** Codes of refusals for checks that say `refuse`; of all others the key is weak. */
const REFUSALS: Readonly<Record<string, ErrorCode>> = {
  'key.not-a-ca': 'csr.ca-key',
  'key.compromised': 'csr.compromised-key',
  'key.point': 'csr.ec-point',
};

/** What only the caller knows about keys. */
export type KnownKeys = {
  /** Keys of our own CAs, which nobody else may present. */
  caSpkiSha256: readonly string[];
  /** How others came to know the private key, as the end of a sentence; null when it is on no list. */
  compromised: (csr: ParsedCsr) => Promise<string | null>;
};

/**
 * The whole intake of a CSR: form, text, key, signature, and what it asks for and will not get.
 *
 * @param bytes the file or text as it was sent
 * @returns the CSR and every check with its outcome; none of them says `refuse`
 * @throws {HubgateError} any `csr.*` code
 */
export async function examineCsr(
  bytes: Uint8Array,
  known: KnownKeys,
): Promise<{ csr: ParsedCsr; checks: CheckResult[] }> {
  const csr = parseCsr(readCsrInput(bytes));
  const checks: CheckResult[] = [
    passed('csr.form', 'It is one well-formed CSR.'),
    passed('csr.text', 'The names in it hold no hidden or look-alike characters.'),
  ];
  // One after another: a key of an absurd size must not reach the expensive checks.
  for (const check of KEY_CHECKS) {
    const outcome = check(csr.key);
    if (outcome !== null) checks.push(accept(outcome));
  }
  checks.push(accept(checkNotCompromised(await known.compromised(csr))));
  checks.push(accept(checkNotOurs(csr, known.caSpkiSha256)));
  await verifyCsrSignature(csr);
  checks.push(passed('csr.signature', `Its own key signed it (${csr.signatureAlgorithm}).`));
  checks.push(checkExtensions(csr));
  return { csr, checks };
}

const passed = (code: string, message: string): CheckResult => ({ code, ok: true, level: 'info', message });

function accept(outcome: CheckResult): CheckResult {
  if (outcome.ok || outcome.level !== 'refuse') return outcome;
  throw new HubgateError(REFUSALS[outcome.code] ?? 'csr.weak-key', outcome.message, {
    field: 'csr',
    params: { check: outcome.code, advice: outcome.message },
  });
}

/** RFC 5280 section 5.3.1, keyCompromise; CVE-2008-0166. Where is for the caller to know. */
function checkNotCompromised(why: string | null): CheckResult {
  return why === null
    ? passed('key.compromised', 'The key is on no list of compromised keys.')
    : {
        code: 'key.compromised',
        ok: false,
        level: 'refuse',
        message: `The private half of this key is known to others: ${why}. Make a new key, and stop using this one everywhere.`,
      };
}

/** Whoever holds a CA's key needs no certificate for it; whoever does not replays its public part. */
function checkNotOurs(csr: ParsedCsr, caSpkiSha256: readonly string[]): CheckResult {
  const ok = !caSpkiSha256.includes(csr.spkiSha256);
  return ok
    ? passed('key.not-a-ca', 'The key is not that of one of our CAs.')
    : {
        code: 'key.not-a-ca',
        ok,
        level: 'refuse',
        message:
          'This is the key of one of our CAs. It can never be in a certificate of a person or server: make a new key.',
      };
}

/** Extension requests are shown to the approver and never granted; CA:TRUE deserves a second look. */
function checkExtensions({ ignoredExtensions }: ParsedCsr): CheckResult {
  if (ignoredExtensions.length === 0) return passed('csr.extensions', 'It asks for no extensions.');
  const forged = ignoredExtensions.some((name) => name.includes('CA:TRUE'));
  return {
    code: 'csr.extensions',
    ok: false,
    level: forged ? 'bad' : 'info',
    message: `It asks for ${ignoredExtensions.join(', ')}; that is ignored.${forged ? ' A person has no reason to ask for a CA certificate.' : ''}`,
  };
}
