import type { Ctx } from '../ctx';
import { isHubgateError } from '../errors';
import { requirePermission } from '../identity/authorise';
import type { CheckResult } from '../x509/check-result';
import { checkNotCompromised } from '../x509/examine-csr';
import { KEY_CHECKS } from '../x509/key-checks';
import { spkiSha256 } from '../x509/key-id';
import { keyLabel, readSpki } from '../x509/key-info';
import { findCompromise } from './compromised-key';

/**
 * What intake would say of a key, whatever file it comes from: every check of the key alone, and the
 * lists of compromised keys.
 *
 * @param input.spki DER
 * @throws {HubgateError} `auth.*`; `config.missing-file`, `config.value` as findCompromise()
 */
export async function checkKey(
  ctx: Ctx,
  input: { spki: Uint8Array },
): Promise<{ spkiSha256: string; key: string | null; ok: boolean; checks: CheckResult[] }> {
  requirePermission(ctx, 'certificates.read');
  const digest = spkiSha256(input.spki);
  try {
    const key = readSpki(input.spki);
    const checks = KEY_CHECKS.map((check) => check(key)).filter((one) => one !== null);
    checks.push(checkNotCompromised(await findCompromise(ctx, { spkiSha256: digest, key })));
    return {
      spkiSha256: digest,
      key: keyLabel(key),
      ok: checks.every((one) => one.ok || one.level !== 'refuse'),
      checks,
    };
  } catch (thrown) {
    if (!isHubgateError(thrown) || !thrown.code.startsWith('csr.')) throw thrown;
    const refused: CheckResult = { code: thrown.code, ok: false, level: 'refuse', message: thrown.message };
    return { spkiSha256: digest, key: null, ok: false, checks: [refused] };
  }
}
