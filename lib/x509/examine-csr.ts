import { HubgateError, type ErrorCode } from '../errors';
import { said, type CheckResult, type Said } from './check-result';
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
  /** How others came to know the private key; null when it is on no list. */
  compromised: (csr: ParsedCsr) => Promise<Compromise | null>;
};

/** Which list a key stands on that others know the private half of. `document`: where it is printed. */
export type Compromise = { list: 'published'; document: string } | { list: 'blocked' | 'file' };

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
    passed('csr.form', said('csr_form.ok')),
    passed('csr.text', said('csr_text.ok')),
  ];
  // One after another: a key of an absurd size must not reach the expensive checks.
  for (const check of KEY_CHECKS) {
    const outcome = check(csr.key);
    if (outcome !== null) checks.push(accept(outcome));
  }
  checks.push(accept(checkNotCompromised(await known.compromised(csr))));
  checks.push(accept(checkNotOurs(csr, known.caSpkiSha256)));
  await verifyCsrSignature(csr);
  checks.push(passed('csr.signature', said('csr_signature.ok', { algorithm: csr.signatureAlgorithm })));
  checks.push(checkExtensions(csr));
  return { csr, checks };
}

const passed = (code: string, found: Said): CheckResult => ({ code, ok: true, level: 'info', ...found });

function accept(outcome: CheckResult): CheckResult {
  if (outcome.ok || outcome.level !== 'refuse') return outcome;
  const [first] = outcome.says ?? [];
  throw new HubgateError(REFUSALS[outcome.code] ?? 'csr.weak-key', outcome.message, {
    field: 'csr',
    params: { ...first?.params, check: outcome.code, ...(first ? { says: first.sentence } : {}) },
  });
}

/** RFC 5280 section 5.3.1, keyCompromise; CVE-2008-0166. Where is for the caller to know. */
export function checkNotCompromised(known: Compromise | null): CheckResult {
  if (known === null) return passed('key.compromised', said('key_compromised.ok'));
  const found =
    known.list === 'published'
      ? said('key_compromised.published', { document: known.document })
      : said(`key_compromised.${known.list}`);
  return { code: 'key.compromised', ok: false, level: 'refuse', ...found };
}

/** Whoever holds a CA's key needs no certificate for it; whoever does not replays its public part. */
function checkNotOurs(csr: ParsedCsr, caSpkiSha256: readonly string[]): CheckResult {
  const ok = !caSpkiSha256.includes(csr.spkiSha256);
  return ok
    ? passed('key.not-a-ca', said('key_not-a-ca.ok'))
    : { code: 'key.not-a-ca', ok, level: 'refuse', ...said('key_not-a-ca.bad') };
}

/** Extension requests are shown to the approver and never granted; CA:TRUE deserves a second look. */
function checkExtensions({ ignoredExtensions }: ParsedCsr): CheckResult {
  if (ignoredExtensions.length === 0) return passed('csr.extensions', said('csr_extensions.none'));
  const forged = ignoredExtensions.some((name) => name.includes('CA:TRUE'));
  const found = said(forged ? 'csr_extensions.ca' : 'csr_extensions.ignored', {
    names: ignoredExtensions.join(', '),
  });
  return { code: 'csr.extensions', ok: false, level: forged ? 'bad' : 'info', ...found };
}
